/** Options of clients and calls. Times are in milliseconds. What is allowed is checked by the native library. */

import type { EventListener } from "./events.js";
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
  /**
   * Whether somebody waits for the answer, or it is one call of a long run; each kind keeps a share of the quota.
   * `interactive` unless set, `bulk` for imports.
   */
  priority?: "interactive" | "bulk" | undefined;
  /**
   * Credits that the calls made with these options may cost: one call with its retries, a walk with all its pages, a copy
   * of a client with all its calls. Nothing is sent beyond it.
   */
  budget?: number | undefined;
  /** A name to count credits under, such as that of a campaign; budgets can be set on it. */
  tag?: string | undefined;
  /** The job that the call belongs to; counted like a tag. */
  job?: string | undefined;
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
  /** How calls are spread over the window; `window` unless set. */
  rule?: LimitRule;
}

/**
 * How calls are spread over a window: `window`, as fast as the limit allows; `paced`, evenly, for servers that mind how
 * close together calls come; `serial`, one at a time, each well after the answer to the one before.
 */
export type LimitRule = "window" | "paced" | "serial";

/** A named set of limits, changed. */
export interface ChangedPreset {
  preset: LimitPreset;
  /** The window in milliseconds. */
  window?: number;
  rule?: LimitRule;
}

/** A cap on what may be spent. What a failed call may have cost counts as spent: the server does not tell. */
export interface Budget {
  /** Credits that may be spent. A cap of 0 refuses every call that costs something. */
  cap: number;
  /** A day or calendar month in UTC, all time, or the life of this client and its copies, which is meant unless set. */
  per?: "day" | "month" | "ever" | "client";
  /** Counts only calls with this tag. */
  tag?: string;
  /** Counts only calls of this job. */
  job?: string;
}

/**
 * Where quota and credits are recorded, and who shares the record: `host`, all processes of this user on this machine;
 * `process`; a Redis server by its address.
 */
export type Store =
  | "auto"
  | "process"
  | "host"
  | `redis://${string}`
  | `rediss://${string}`
  | `valkey://${string}`
  | `valkeys://${string}`
  | {
      /** The address of a Redis or Valkey server. */
      url: string;
      /** How long to wait for it before a call fails, in milliseconds; 5,000 unless set. */
      timeout?: number;
      /** Whether calls go out unlimited while it is away; calls with a budget never do. */
      failOpen?: boolean;
    }
  | {
      /** The folder of a host's record. */
      folder: string;
    };

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
  limits?: LimitPreset | ChangedPreset | readonly CustomLimit[] | undefined;
  /** Where quota and credits are recorded. Without it: `KAKIYO_STORE`, then `host`; `process` towards this machine. */
  store?: Store | undefined;
  /** Caps on what may be spent, all of which hold; a number is for this client's life. */
  budget?: number | Budget | readonly (number | Budget)[] | undefined;
  /** The credits that are there, as the service's own page shows them. */
  balance?: number | undefined;
  /** Refuses calls that would take the balance below it; calls that pause agents or block people pass. */
  floor?: number | undefined;
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
  /** Whether equal reads that are under way at once are one call; false unless set. */
  shareReads?: boolean | undefined;
  /** Hears what a user should know although nothing failed; without it `process.emitWarning` tells. */
  onWarning?: WarningListener | undefined;
  /** Hears waits, lessons, budgets and credits while calls are under way; `NODE_DEBUG=kakiyo` logs them. */
  onEvent?: EventListener | undefined;
}

/** Options of a client of Kakiyo. */
export interface KakiyoOptions extends ClientOptions {
  /**
   * Whether single adds of people travel together, up to `size` (100) in one call, after lingering (50 milliseconds). Each
   * caller gets the outcome of their own. False unless set.
   */
  coalesce?: boolean | { linger?: number; size?: number } | undefined;
  /** How long models, products and prompts are answered from memory, in milliseconds; not at all unless set. */
  cache?: number | false | undefined;
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
