/** The promise of a call: awaited it gives the value, with `withMeta()` also what is known of the call. */

import type { Meta, WithMeta } from "./meta.js";

/** A value, and its meta for who asks. */
export interface Answer<T> {
  data: T;
  meta: () => Meta;
}

/** The promise of a call that is under way. */
export class ApiPromise<T> extends Promise<T> {
  #meta: (() => Meta) | undefined;

  /** What `then` makes of it is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** `begin` must not settle before it returns. */
  private constructor(
    begin: (resolve: (answer: Answer<T>) => void, reject: (error: unknown) => void) => void,
  ) {
    super((resolve, reject) => {
      begin(({ data, meta }) => {
        this.#meta = meta;
        resolve(data);
      }, reject);
    });
  }

  /** @internal */
  static of<T>(answer: Promise<Answer<T>>): ApiPromise<T> {
    return new ApiPromise((resolve, reject) => void answer.then(resolve, reject));
  }

  /** @internal */
  static begin<T>(
    begin: (resolve: (answer: Answer<T>) => void, reject: (error: unknown) => void) => void,
  ): ApiPromise<T> {
    return new ApiPromise(begin);
  }

  /** The value together with status, headers, attempts, credits and waiting of the call. */
  withMeta(): Promise<WithMeta<T>> {
    return this.then((data) => ({ data, meta: (this.#meta as () => Meta)() }));
  }
}
