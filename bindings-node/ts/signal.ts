/** AbortSignals to cancel tokens: one listener for one call, removed whatever becomes of the call. */

import { refused } from "./errors.js";
import { addon, type NativeCancelToken } from "./native.js";

/** The token of a call, and how to let go of its signal. */
export interface Cancellation {
  token: NativeCancelToken;
  release: () => void;
}

/** A token that follows the signal; a signal that was aborted before gives a cancelled token, and nothing is sent. */
export function follow(signal: AbortSignal | undefined): Cancellation | undefined {
  if (signal === undefined || signal === null) {
    return undefined;
  }
  if (typeof signal.aborted !== "boolean" || typeof signal.addEventListener !== "function") {
    throw refused("invalid_request", "signal", "an AbortSignal");
  }
  const token = new (addon().CancelToken)();
  if (signal.aborted) {
    token.cancel();
    return { token, release: () => {} };
  }
  const cancel = (): void => token.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  return { token, release: () => signal.removeEventListener("abort", cancel) };
}
