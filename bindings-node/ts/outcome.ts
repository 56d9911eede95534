/** Native outcomes to values, metas and errors. */

import { errorFrom, type ErrorFields, type KakiyoError } from "./errors.js";
import { inbox } from "./inbox.js";
import { NOTHING_SENT, type Meta } from "./meta.js";
import type { Settled } from "./native.js";
import { callSite, startAt } from "./stack.js";

/** The value; it is what the core promises of the operation. */
export function valueOf<T>({ value }: Settled): T {
  return (value === undefined ? undefined : JSON.parse(value)) as T;
}

/** The meta, read when somebody asks. */
export function metaOf({ meta }: Settled): Meta {
  return meta === undefined ? NOTHING_SENT : (JSON.parse(meta) as Meta);
}

/** The untouched body: the value's own text, unless the core had to bring it into one form. */
export function rawOf({ value, body }: Settled): string {
  return body === undefined ? (value ?? "") : new TextDecoder().decode(body);
}

/** The error of an outcome; where a signal ended the call, its reason is the cause. */
export function errorOf(text: string, signal?: AbortSignal): KakiyoError {
  const fields = JSON.parse(text) as ErrorFields;
  const byTheSignal = fields.kind === "cancelled" || fields.kind === "outcome_unknown";
  return errorFrom(fields, signal?.aborted && byTheSignal ? { cause: signal.reason } : undefined);
}

/** Makes a request that belongs to no client. */
export function ask(begin: (ticket: number) => void): Promise<Settled> {
  const site = callSite();
  return new Promise((resolve, reject) => {
    inbox().send(begin, (settled) => {
      if (settled.error === undefined) {
        resolve(settled);
        return;
      }
      const error = errorOf(settled.error);
      startAt(site, error);
      reject(error);
    });
  });
}
