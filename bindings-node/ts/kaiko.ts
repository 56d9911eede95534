/** The client of Kaiko: how it is opened and copied. Its operations are generated. */

import { KaikoOperations } from "./generated/client.js";
import type { DefaultOptions, KaikoOptions } from "./options.js";
import { Session } from "./session.js";
import { atCaller } from "./stack.js";

/**
 * The Kaiko client. Nothing is opened, started or sent before the first call.
 *
 * ```ts
 * await using kaiko = new Kaiko(); // KAIKO_API_KEY
 * const analysis = await kaiko.emotions.analyze("At last, it works.");
 * ```
 */
export class Kaiko extends KaikoOperations {
  constructor(options?: KaikoOptions);
  /** @internal */
  constructor(options: KaikoOptions | Session);
  constructor(options: KaikoOptions | Session = {}) {
    super(options instanceof Session ? options : atCaller(() => Session.open("kaiko", options)));
  }

  /** A copy with other defaults; connections, quota and key are shared, and so is the end. */
  withOptions(options: DefaultOptions): Kaiko {
    return new Kaiko(this.copy(options));
  }
}
