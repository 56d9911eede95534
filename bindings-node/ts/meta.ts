/** What a call gives besides its value. */

/** Credits as an interval: the server does not say whether a failed call is charged. */
export interface Credits {
  /** At least this many. */
  min: number;
  /** At most this many. */
  max: number;
}

/** What is known of one call beside its value; of a walk over pages, the sum over its calls. */
export interface Meta {
  /** HTTP status of the last answer. */
  status: number;
  /** Headers of the last answer, names in lower case. */
  headers: Record<string, string>;
  /** The request id that the server sent, when it sent one. */
  requestId?: string;
  /** The idempotency key that went with the request, when its operation carries one. */
  idempotencyKey?: string;
  /** How many times the request was sent, retries included. */
  attempts: number;
  /** What the attempts cost. */
  credits: Credits;
  /** Slots left in the tightest quota group after this call, when the call is limited. */
  quotaLeft?: number;
  /** Time spent waiting for quota slots, in milliseconds. */
  waitedMs: number;
  /** Time from the call to its result, waiting included, in milliseconds. */
  elapsedMs: number;
  /**
   * Credits that were not spent: the call travelled with others, was answered from memory or by an equal one, or did the
   * work of many.
   */
  saved: number;
}

/** A value together with what is known of its call. */
export interface WithMeta<T> {
  data: T;
  meta: Meta;
  /** The body as the server sent it, whatever form `data` was brought into. */
  readonly raw: string;
}

/** The meta of a walk that made no call. */
export const NOTHING_SENT: Meta = {
  status: 0,
  headers: {},
  attempts: 0,
  credits: { min: 0, max: 0 },
  waitedMs: 0,
  elapsedMs: 0,
  saved: 0,
};
