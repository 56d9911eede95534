/** One walk over pages that is under way. What the next page is, and when there is none, is the core's business. */

import type { ApiPromise } from "./api-promise.js";
import type { NativePages } from "./native.js";
import { metaOf, rawOf, valueOf } from "./outcome.js";
import { Page, type PageFacts } from "./page.js";
import type { Session } from "./session.js";

export class Walk<T> {
  readonly #session: Session;
  readonly #pages: NativePages;
  readonly #signal: AbortSignal | undefined;

  constructor(session: Session, pages: NativePages, signal: AbortSignal | undefined) {
    this.#session = session;
    this.#pages = pages;
    this.#signal = signal;
  }

  /** The next page; undefined at the end. */
  next(): ApiPromise<Page<T> | undefined> {
    return this.#session.request<Page<T> | undefined>(
      { signal: this.#signal },
      (ticket, _, token) => this.#pages.next(ticket, token),
      (settled) => {
        const [meta, raw] = [() => metaOf(settled), () => rawOf(settled)];
        if (settled.value === undefined) {
          return { data: undefined, meta, raw };
        }
        const facts = JSON.parse(settled.page as string) as PageFacts;
        return { data: Page.read(valueOf<T[]>(settled), facts, meta, raw), meta, raw };
      },
    );
  }

  /** Forgets the walk. */
  close(): void {
    this.#pages.close();
  }
}
