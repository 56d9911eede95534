/** A paged list that waits to be walked. Each use of it is a walk of its own; nothing is sent before. */

import { ApiPromise } from "./api-promise.js";
import { refused } from "./errors.js";
import type { PageOptions } from "./options.js";
import type { Page } from "./page.js";
import type { Session } from "./session.js";

/** A list that is fetched as it is read: row by row with `for await`, by pages, or all at once. */
export class Paginator<T> implements AsyncIterable<T> {
  readonly #session: Session;
  readonly #operation: string;
  readonly #args: object;
  readonly #options: PageOptions | undefined;

  /** @internal */
  constructor(session: Session, operation: string, args: object, options: PageOptions | undefined) {
    this.#session = session;
    this.#operation = operation;
    this.#args = args;
    this.#options = options;
  }

  /** All rows; a page is fetched when its first row is asked for. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) {
      yield* page;
    }
  }

  /** All pages. */
  async *pages(): AsyncGenerator<Page<T>, void, undefined> {
    const walk = this.#session.walk<T>(this.#operation, this.#args, this.#options);
    try {
      for (let page = await walk.next(); page !== undefined; page = await walk.next()) {
        yield page;
      }
    } finally {
      walk.close();
    }
  }

  /** The first page: a single call. */
  page(): ApiPromise<Page<T>> {
    return ApiPromise.of(this.#first());
  }

  /**
   * All rows at once, up to `maxItems`; its meta is the sum over the calls, and there is no single body.
   * Rows read before an error are lost, so walk long lists.
   */
  collect(maxItems?: number): ApiPromise<T[]> {
    return ApiPromise.of(this.#all(maxItems));
  }

  async #first() {
    const walk = this.#session.walk<T>(this.#operation, this.#args, this.#options);
    try {
      const { data, meta } = await walk.next().withMeta();
      if (data === undefined) {
        throw refused("invalid_request", "maxItems", "a page needs at least one item");
      }
      return { data, meta: () => meta, raw: () => data.raw };
    } finally {
      walk.close();
    }
  }

  async #all(maxItems: number | undefined) {
    const options = maxItems === undefined ? this.#options : { ...this.#options, maxItems };
    const walk = this.#session.walk<T>(this.#operation, this.#args, options);
    const rows: T[] = [];
    try {
      for (;;) {
        const { data: page, meta: sum } = await walk.next().withMeta();
        if (page === undefined) {
          return { data: rows, meta: () => sum, raw: () => "" };
        }
        rows.push(...page);
      }
    } finally {
      walk.close();
    }
  }
}
