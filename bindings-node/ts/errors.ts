/**
 * What a call can throw: one base class, and one class for each kind of error, by one table.
 *
 * `instanceof` goes by the kind, not by the identity of the class: it works when one program holds both formats of the
 * package. Headers and body of the answer are not printed, because they may hold personal data.
 */

import type { Credits } from "./meta.js";

/** What went wrong, as a closed set that is the same in every language. */
export type ErrorKind =
  | "config"
  | "invalid_request"
  | "auth"
  | "permission"
  | "not_found"
  | "conflict"
  | "rate_limited"
  | "out_of_credits"
  | "budget_refused"
  | "wait_refused"
  | "timeout"
  | "connection"
  | "outcome_unknown"
  | "cancelled"
  | "decode"
  | "server"
  | "internal";

/** One field that breaks a rule. */
export interface FieldIssue {
  /** Path of the field in the names of the API, such as `prospects[17].customData`. */
  field: string;
  /** The rule that it breaks, as a sentence. */
  message: string;
}

/** The fields of an error, as the native library gives them. */
export interface ErrorFields {
  kind: ErrorKind;
  message: string;
  operation?: string;
  status?: number;
  code?: string;
  type?: string;
  requestId?: string;
  idempotencyKey?: string;
  retryAfterMs?: number;
  attempts?: number;
  credits?: Credits;
  safeToRetry?: boolean;
  details?: FieldIssue[];
  headers?: Record<string, string>;
  body?: string;
}

const BRAND = Symbol.for("kakiyo.error");

/** Why a call failed, and what that means for leads and credits. */
export class KakiyoError extends Error {
  /** The kind of this class; the base class has none. */
  static readonly kind: ErrorKind | undefined = undefined;

  /** Which of the closed set of kinds this is. */
  readonly kind: ErrorKind;
  /** The operation that failed, such as `prospects.add_batch`. */
  declare readonly operation: string | undefined;
  /** The HTTP status of the last answer, when there was one. */
  declare readonly status: number | undefined;
  /** The error code of the service, such as `campaign_not_found`. */
  declare readonly code: string | undefined;
  /** The class of error in the service's words, such as `invalid_request_error`; Kaiko alone has such words. */
  declare readonly type: string | undefined;
  /** The request id that the server sent, when it sent one. */
  declare readonly requestId: string | undefined;
  /**
   * The idempotency key that went with the request, when its operation carries one: the same call with the same key is
   * done once.
   */
  declare readonly idempotencyKey: string | undefined;
  /** How long the server asks to wait, in milliseconds. */
  declare readonly retryAfterMs: number | undefined;
  /** How many times the request was sent or tried. */
  readonly attempts: number;
  /** What the attempts cost: a lower and an upper bound. */
  readonly credits: Credits;
  /** Whether the same call can be made again without doing its work twice. */
  readonly safeToRetry: boolean;
  /** The fields that break a rule. */
  readonly details: readonly FieldIssue[];
  readonly #headers: Record<string, string> | undefined;
  readonly #body: string | undefined;

  constructor(fields: ErrorFields, options?: ErrorOptions) {
    super(fields.message, options);
    const { kind, message: _, attempts, credits, safeToRetry, details, headers, body, ...rest } = fields;
    this.kind = kind;
    this.attempts = attempts ?? 0;
    this.credits = credits ?? { min: 0, max: 0 };
    this.safeToRetry = safeToRetry ?? false;
    this.details = details ?? [];
    Object.assign(this, rest);
    this.#headers = headers;
    this.#body = body;
    Object.defineProperty(this, BRAND, { value: kind });
  }

  /** The headers of the last answer, names in lower case. */
  get headers(): Record<string, string> | undefined {
    return this.#headers;
  }

  /** The body of the last answer; it may hold personal data. */
  get body(): string | undefined {
    return this.#body;
  }

  static override [Symbol.hasInstance](this: typeof KakiyoError, value: unknown): boolean {
    if (typeof value !== "object" || value === null || !(BRAND in value)) {
      return false;
    }
    if (this === KakiyoError) {
      return true;
    }
    // Classes that users derive go by identity.
    return Object.hasOwn(this, "kind")
      ? (value as { [BRAND]: unknown })[BRAND] === this.kind
      : Function.prototype[Symbol.hasInstance].call(this, value);
  }
}

/** The client is set up wrongly: key, address, certificates, limits. Nothing was sent. */
export class ConfigError extends KakiyoError {
  static override readonly kind = "config";
}

/** An argument breaks a rule, found here before sending or by the server (400). */
export class InvalidRequestError extends KakiyoError {
  static override readonly kind = "invalid_request";
}

/** The key is missing, malformed or unknown (401). */
export class AuthError extends KakiyoError {
  static override readonly kind = "auth";
}

/** The key is good, but the record, plan or subscription does not allow the call (403). */
export class PermissionError extends KakiyoError {
  static override readonly kind = "permission";
}

/** The record does not exist (404). */
export class NotFoundError extends KakiyoError {
  static override readonly kind = "not_found";
}

/** The record is in a state that does not allow the call, or exists already (409). */
export class ConflictError extends KakiyoError {
  static override readonly kind = "conflict";
}

/** The server answered 429 and the retries are used up. */
export class RateLimitedError extends KakiyoError {
  static override readonly kind = "rate_limited";
}

/** The server answered 402: the credits are at zero and the agents are paused. */
export class OutOfCreditsError extends KakiyoError {
  static override readonly kind = "out_of_credits";
}

/** The call does not fit the budget; nothing was sent. */
export class BudgetRefusedError extends KakiyoError {
  static override readonly kind = "budget_refused";
}

/** The wait for a quota slot would be longer than allowed; nothing was sent. */
export class WaitRefusedError extends KakiyoError {
  static override readonly kind = "wait_refused";
}

/** No answer in time; the call had no effect or can be repeated safely. */
export class TimeoutError extends KakiyoError {
  static override readonly kind = "timeout";
}

/** The connection could not be made or broke; the call had no effect or can be repeated safely. */
export class ConnectionError extends KakiyoError {
  static override readonly kind = "connection";
}

/** A write may have arrived, but its answer is lost. Look before you repeat it. */
export class OutcomeUnknownError extends KakiyoError {
  static override readonly kind = "outcome_unknown";
}

/**
 * The caller cancelled before anything was sent, or a read that has no effect. `cause` is the reason of the signal.
 *
 * Its `name` is `AbortError`, as with all that takes an AbortSignal. A write that was under way gives an
 * {@link OutcomeUnknownError} instead, which must not be taken for "nothing happened".
 */
export class CancelledError extends KakiyoError {
  static override readonly kind = "cancelled";
}

/** The answer is not what the service documents. */
export class DecodeError extends KakiyoError {
  static override readonly kind = "decode";
}

/** The server failed (5xx). */
export class ServerError extends KakiyoError {
  static override readonly kind = "server";
}

/** A fault in this library. */
export class InternalError extends KakiyoError {
  static override readonly kind = "internal";
}

/** The one table of kinds: the class of each, and its `name`. */
const KINDS = {
  config: [ConfigError, "ConfigError"],
  invalid_request: [InvalidRequestError, "InvalidRequestError"],
  auth: [AuthError, "AuthError"],
  permission: [PermissionError, "PermissionError"],
  not_found: [NotFoundError, "NotFoundError"],
  conflict: [ConflictError, "ConflictError"],
  rate_limited: [RateLimitedError, "RateLimitedError"],
  out_of_credits: [OutOfCreditsError, "OutOfCreditsError"],
  budget_refused: [BudgetRefusedError, "BudgetRefusedError"],
  wait_refused: [WaitRefusedError, "WaitRefusedError"],
  timeout: [TimeoutError, "TimeoutError"],
  connection: [ConnectionError, "ConnectionError"],
  outcome_unknown: [OutcomeUnknownError, "OutcomeUnknownError"],
  cancelled: [CancelledError, "AbortError"],
  decode: [DecodeError, "DecodeError"],
  server: [ServerError, "ServerError"],
  internal: [InternalError, "InternalError"],
} as const satisfies Record<ErrorKind, readonly [typeof KakiyoError, string]>;

for (const [type, name] of [[KakiyoError, "KakiyoError"] as const, ...Object.values(KINDS)]) {
  Object.defineProperty(type.prototype, "name", { value: name, configurable: true, writable: true });
}

/** Makes the error of these fields, in the class of its kind. */
export function errorFrom(fields: ErrorFields, options?: ErrorOptions): KakiyoError {
  const [type] = KINDS[fields.kind] ?? [KakiyoError];
  return new type(fields, options);
}

/** An argument or option that cannot even be handed to the native library. */
export function refused(kind: "config" | "invalid_request", field: string, rule: string): KakiyoError {
  return errorFrom({ kind, message: `${field}: ${rule}`, details: [{ field, message: rule }] });
}
