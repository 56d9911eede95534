/** `await using` where the runtime knows it: Node 20 has it from 20.4 on. */

/** Gives a class the method behind `await using`: it closes. */
export function closesWithItsScope(type: { prototype: { close(): Promise<void> } }): void {
  if (Symbol.asyncDispose !== undefined) {
    Object.defineProperty(type.prototype, Symbol.asyncDispose, {
      value(this: { close(): Promise<void> }): Promise<void> {
        return this.close();
      },
      configurable: true,
      writable: true,
    });
  }
}
