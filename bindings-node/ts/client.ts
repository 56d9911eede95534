/** What the clients of both services share: raw calls, copies and the end. The operations themselves are generated. */

/// <reference lib="esnext.disposable" preserve="true" />

import type { ApiPromise } from "./api-promise.js";
import { closesWithItsScope } from "./dispose.js";
import type { DefaultOptions, RawOptions } from "./options.js";
import type { RawAnswer } from "./raw-answer.js";
import { Resource } from "./resource.js";
import type { Session } from "./session.js";
import { atCaller } from "./stack.js";

/** A client of either service. */
export abstract class Client extends Resource {
  readonly #session: Session;

  /** @internal */
  constructor(session: Session) {
    super(session);
    this.#session = session;
  }

  /**
   * Calls a route that the table does not know. It passes the same quota, credits, retries and errors.
   *
   * `path` starts with `/` and lies below the base address. Repeated after a lost answer are GET and HEAD, and a POST of
   * Kaiko, which carries an idempotency key.
   */
  raw(method: string, path: string, options?: RawOptions): ApiPromise<RawAnswer> {
    return this.#session.raw(method, path, options);
  }

  /** Refuses new calls; resolves when those under way have settled. Without it the process ends as well. */
  close(): Promise<void> {
    return this.#session.close();
  }

  /** @internal */
  protected copy(options: DefaultOptions): Session {
    return atCaller(() => this.#session.withOptions(options));
  }
}

export interface Client extends AsyncDisposable {}

closesWithItsScope(Client);
