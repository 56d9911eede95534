/** Options of clients and calls. Times are in milliseconds. What is allowed is checked by the native library. */

import type { WarningListener } from "./warnings.js";

/** A query value: text, a number, true or false, or several of them. */
export type QueryValue = string | number | boolean | readonly (string | number | boolean)[];

/** Defaults of a client that a copy may replace. */
export interface DefaultOptions {
  /** Time for one attempt in milliseconds, from sending to the last byte of the answer; 30,000 unless set. */
  timeout?: number | undefined;
  /** The longest wait for quota slots in milliseconds; a longer one is refused at once, at no cost. */
  maxWait?: number | undefined;
  /** Retries after the first attempt; 2 unless set. */
  maxRetries?: number | undefined;
  /** Headers to send beside the library's own. */
  extraHeaders?: Record<string, string> | undefined;
  /** Query pairs to send beside the operation's own. */
  extraQuery?: Record<string, QueryValue> | undefined;
  /** Of Kaiko: makes an error of an answer whose scores are placeholders; false unless set. */
  failOnFallback?: boolean | undefined;
}

/** Options of one call. */
export interface CallOptions extends DefaultOptions {
  /**
   * Makes a repeat of this very call harmless, where the operation carries such a key: one is made for each call unless
   * set. 1 to 255 visible ASCII characters.
   */
  idempotencyKey?: string | undefined;
  /** Stops the call: its request is dropped and its connection closed. */
  signal?: AbortSignal | undefined;
}

/** Options of a walk over pages. */
export interface PageOptions extends CallOptions {
  /** Stop after this many rows. */
  maxItems?: number | undefined;
  /** Rows a page; the operation's cap unless set. Smaller pages cost more credits. */
  pageSize?: number | undefined;
}

/** Options of a raw call. */
export interface RawOptions extends CallOptions {
  /** Query pairs; they are escaped. */
  query?: Record<string, QueryValue> | undefined;
  /** Anything that can be written as JSON. */
  body?: unknown;
}

/** Named sets of limits. */
export type LimitPreset = "auto" | "published" | "tiered" | "unlimited";

/** At most so many calls of a group in any window. */
export interface CustomLimit {
  /** What is counted: all calls of the team, each operation, one operation, a tier, a shared quota. */
  group:
    | "team"
    | "each_operation"
    | `operation:${string}`
    | `tier:${"high" | "medium" | "low"}`
    | `shared:${string}`;
  /** Calls in a window. */
  limit: number;
  /** The window in milliseconds; a minute unless set. */
  window?: number;
  /** How long the server may still count a call without an answer, in milliseconds; a minute unless set. */
  maxInFlight?: number;
  /** Calls in flight at once; any number unless set. */
  maxConcurrent?: number;
}

/** Gives the key when it is needed, and once more when the server answers 401. */
export type KeyProvider = () => string | PromiseLike<string>;

/** Options of a client. */
export interface ClientOptions {
  /** The API key, or a function that gives it. Without one: `KAKIYO_API_KEY`, for Kaiko `KAIKO_API_KEY`. */
  apiKey?: string | KeyProvider | undefined;
  /**
   * The address of the API, with its version. Without one: `KAKIYO_BASE_URL`, for Kaiko `KAIKO_BASE_URL`, then the
   * vendor's.
   */
  baseUrl?: string | undefined;
  /** The limits to keep; `auto` unless set. */
  limits?: LimitPreset | { preset: LimitPreset; window?: number } | readonly CustomLimit[] | undefined;
  /** Time for one attempt in milliseconds; 30,000 unless set, for Kaiko 35,000. */
  timeout?: number | undefined;
  /** The longest wait for quota slots in milliseconds; no limit unless set. */
  maxWait?: number | undefined;
  /** Retries after the first attempt; 2 unless set. */
  maxRetries?: number | undefined;
  /**
   * Whether the key is checked towards the vendor's own host, and, for Kaiko, whether it is made for the environment that it
   * meets; true unless set.
   */
  checkKey?: boolean | undefined;
  /** The proxy for all requests; without one the usual variables count. */
  proxy?: string | undefined;
  /** A PEM file of certificate authorities to trust beside the bundled and the system's. */
  caBundle?: string | undefined;
  /** A PEM file with a client certificate and its private key. */
  clientCert?: string | undefined;
  /** Text to put behind the library's own user agent. */
  userAgent?: string | undefined;
  /** Whether HTTP/2 is offered over TLS; true unless set. */
  http2?: boolean | undefined;
  /** Time to make a connection in milliseconds; 10,000 unless set. */
  connectTimeout?: number | undefined;
  /** The first pause between attempts in milliseconds, doubled each time, with jitter; 1,000 unless set. */
  retryDelay?: number | undefined;
  /** Headers for every call. */
  extraHeaders?: Record<string, string> | undefined;
  /** Hears what a user should know although nothing failed; without it `process.emitWarning` tells. */
  onWarning?: WarningListener | undefined;
}

/** Options of a client of Kaiko. */
export interface KaikoOptions extends ClientOptions {
  /** Which of the vendor's addresses; `production` unless set. `baseUrl` goes before it. */
  environment?: "production" | "staging" | undefined;
  /** How the key is sent: as `api_key`, the header `x-api-key`, unless set. */
  auth?: "api_key" | "bearer" | undefined;
  /** Whether an answer whose scores are placeholders is an error; false unless set. */
  failOnFallback?: boolean | undefined;
}
