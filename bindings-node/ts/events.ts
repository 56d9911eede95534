/** Events: what a client says while it works. */

import { debuglog } from "node:util";

import { tell } from "./warnings.js";

/** What an event is about. More may come. */
export type EventKind =
  | "waiting"
  | "tiered"
  | "restrained"
  | "budget"
  | "out_of_credits"
  | "credits_back"
  | "store"
  | (string & {});

/** Something that a client says while it works. */
export interface KakiyoEvent {
  /** What it is about. */
  readonly kind: EventKind;
  /** How loud a log should tell it. */
  readonly level: "info" | "warning";
  /** In words, one line. */
  readonly message: string;
  /** The operation whose call brought it about. */
  readonly operation?: string;
  /**
   * What is known besides: `seconds` of a wait; `group` and `foreign` calls of a restraint; `on`, `per`, `percent`,
   * `spent` and `cap` of a budget.
   */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Hears events. What it throws does not break a call. */
export type EventListener = (event: KakiyoEvent) => unknown;

const log = debuglog("kakiyo");

/** What the native library calls with events, where anybody hears them. */
export function hearing(listener: EventListener | undefined): ((event: string) => void) | undefined {
  if (listener === undefined && !log.enabled) {
    return undefined;
  }
  return (text) => {
    const event = JSON.parse(text, absent) as KakiyoEvent;
    log("%s: %s", event.kind, event.message);
    if (listener !== undefined) {
      tell("onEvent", listener, Object.freeze(event));
    }
  };
}

/** What is null there is absent here. */
function absent(_: string, value: unknown): unknown {
  return value === null ? undefined : value;
}
