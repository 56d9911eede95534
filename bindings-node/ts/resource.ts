/** What generated resources and the client are built on: a call, and a walk over pages. */

import type { ApiPromise } from "./api-promise.js";
import type { CallOptions, PageOptions } from "./options.js";
import { Paginator } from "./paginator.js";
import type { Session } from "./session.js";

/** Operations of one session. */
export abstract class Resource {
  readonly #session: Session;

  /** @internal */
  constructor(session: Session) {
    this.#session = session;
  }

  /** @internal */
  protected call<T>(operation: string, args: object, options: CallOptions | undefined): ApiPromise<T> {
    return this.#session.call(operation, args, options);
  }

  /** @internal */
  protected walk<T>(operation: string, args: object, options: PageOptions | undefined): Paginator<T> {
    return new Paginator(this.#session, operation, args, options);
  }
}
