/** The client: its options, its copies, raw calls and its end. The operations themselves are generated. */

/// <reference lib="esnext.disposable" preserve="true" />

import type { ApiPromise } from "./api-promise.js";
import { closesWithItsScope } from "./dispose.js";
import { Operations } from "./generated/client.js";
import type { ClientOptions, DefaultOptions, RawOptions } from "./options.js";
import type { RawAnswer } from "./raw-answer.js";
import { Session } from "./session.js";
import { atCaller } from "./stack.js";

/**
 * The Kakiyo client. Nothing is opened, started or sent before the first call.
 *
 * ```ts
 * await using kakiyo = new Kakiyo(); // KAKIYO_API_KEY
 * const { id } = await kakiyo.products.create({ name: "Audit", description: "A two-week review of contracts." });
 * for await (const chat of kakiyo.prospects.list(campaignId, {}, { maxItems: 200 })) console.log(chat.status);
 * ```
 */
export class Kakiyo extends Operations {
  readonly #session: Session;

  constructor(options?: ClientOptions);
  /** @internal */
  constructor(options: ClientOptions | Session);
  constructor(options: ClientOptions | Session = {}) {
    const session = options instanceof Session ? options : atCaller(() => Session.open(options));
    super(session);
    this.#session = session;
  }

  /** A copy with other defaults; connections, quota and key are shared, and so is the end. */
  withOptions(options: DefaultOptions): Kakiyo {
    return new Kakiyo(atCaller(() => this.#session.withOptions(options)));
  }

  /**
   * Calls a route that the table does not know. It passes the same quota, credits, retries and errors.
   *
   * `path` starts with `/` and lies below the base address. Only GET and HEAD are repeated after a lost answer.
   */
  raw(method: string, path: string, options?: RawOptions): ApiPromise<RawAnswer> {
    return this.#session.raw(method, path, options);
  }

  /** Refuses new calls; resolves when those under way have settled. Without it the process ends as well. */
  close(): Promise<void> {
    return this.#session.close();
  }
}

export interface Kakiyo extends AsyncDisposable {}

closesWithItsScope(Kakiyo);
