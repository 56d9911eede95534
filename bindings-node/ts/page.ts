/** One page of a list: an array of its rows that knows what the server said of it. */

import type { Meta } from "./meta.js";

/** What is known of a page beside its rows. */
export interface PageFacts {
  total?: number;
  hasMore?: boolean;
  sum: Meta;
}

/** Some rows of many. What `map`, `filter` and `slice` make of it are plain arrays. */
export class Page<T> extends Array<T> {
  #facts: PageFacts | undefined;
  #meta: (() => Meta) | undefined;
  #raw: (() => string) | undefined;

  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** @internal */
  static read<T>(rows: readonly T[], facts: PageFacts, meta: () => Meta, raw: () => string): Page<T> {
    const page = new Page<T>();
    for (const row of rows) {
      page.push(row);
    }
    page.#facts = facts;
    page.#meta = meta;
    page.#raw = raw;
    return page;
  }

  /** What is known of the call that gave this page. */
  get meta(): Meta {
    return (this.#meta as () => Meta)();
  }

  /** The body as the server sent it. */
  get raw(): string {
    return (this.#raw as () => string)();
  }

  /** The sum over the calls of the walk, up to this page. */
  get sum(): Meta {
    return (this.#facts as PageFacts).sum;
  }

  /** Rows over all pages, where the server says it. */
  get total(): number | undefined {
    return this.#facts?.total;
  }

  /** Whether the server says that there are more rows; undefined where it says nothing. */
  get hasMore(): boolean | undefined {
    return this.#facts?.hasMore;
  }
}
