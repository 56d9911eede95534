/** The promise of a call: awaited it gives the value, with `withMeta()` also what is known of the call. */

import type { Meta, WithMeta } from "./meta.js";

/** A value, and its meta for who asks. */
export interface Answer<T> {
  data: T;
  meta: () => Meta;
  raw: () => string;
}

/** The promise of a call that is under way. */
export class ApiPromise<T> extends Promise<T> {
  #answer: Answer<T> | undefined;

  /** What `then` makes of it is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** `begin` must not settle before it returns. */
  private constructor(
    begin: (resolve: (answer: Answer<T>) => void, reject: (error: unknown) => void) => void,
  ) {
    super((resolve, reject) => {
      begin((answer) => {
        this.#answer = answer;
        resolve(answer.data);
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

  /** The value together with the untouched body and status, headers, attempts, credits and waiting of the call. */
  withMeta(): Promise<WithMeta<T>> {
    return this.then((data) => {
      const { meta, raw } = this.#answer as Answer<T>;
      return {
        data,
        meta: meta(),
        get raw() {
          return raw();
        },
      };
    });
  }
}
