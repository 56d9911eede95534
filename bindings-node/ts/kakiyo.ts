/** The client of Kakiyo: how it is opened and copied. Its operations are generated. */

import { KakiyoOperations } from "./generated/client.js";
import type { KakiyoOptions, DefaultOptions } from "./options.js";
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
export class Kakiyo extends KakiyoOperations {
  constructor(options?: KakiyoOptions);
  /** @internal */
  constructor(options: KakiyoOptions | Session);
  constructor(options: KakiyoOptions | Session = {}) {
    super(options instanceof Session ? options : atCaller(() => Session.open("kakiyo", options)));
  }

  /** A copy with other defaults; connections, quota and key are shared, and so is the end. */
  withOptions(options: DefaultOptions): Kakiyo {
    return new Kakiyo(this.copy(options));
  }
}
