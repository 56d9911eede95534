/** The untouched answer of a raw call. */

/** The body of a raw answer, to the byte. */
export class RawAnswer {
  /** The body as it came. */
  readonly bytes: Uint8Array;

  /** @internal */
  constructor(bytes: Uint8Array = new Uint8Array()) {
    this.bytes = bytes;
  }

  /** The body as text. */
  text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  /** The body as JSON; it throws a SyntaxError where it is none. */
  json(): unknown {
    return JSON.parse(this.text());
  }
}
