/**
 * The one way of a call from the façade to the native library and back: arguments to text, signal to token, outcome to
 * value or error. It decides nothing about the call itself.
 */

import { ApiPromise, type Answer } from "./api-promise.js";
import { errorFrom, refused, type ErrorFields, type KakiyoError } from "./errors.js";
import { hearing } from "./events.js";
import { inbox } from "./inbox.js";
import { encode, requireObject } from "./json.js";
import { addon, type NativeCancelToken, type NativeClient, type Opened, type Settled } from "./native.js";
import type {
  CallOptions,
  ClientOptions,
  DefaultOptions,
  KaikoOptions,
  KakiyoOptions,
  KeyProvider,
  PageOptions,
  RawOptions,
} from "./options.js";
import { errorOf, metaOf, rawOf, valueOf } from "./outcome.js";
import { RawAnswer } from "./raw-answer.js";
import type { Shown } from "./reports.js";
import { follow, type Cancellation } from "./signal.js";
import { callSite, startAt } from "./stack.js";
import { Walk } from "./walk.js";
import { passOn, requireListener, type WarningListener } from "./warnings.js";

/** What the copies of one client share. */
interface Lifetime {
  closed: boolean;
  underWay: number;
  /** Who waits for the calls under way to settle. */
  readonly idle: (() => void)[];
}

/** The services, as the native library knows them. */
export type Service = "kakiyo" | "kaiko";

/** Hands a request to the native library. */
export type Send = (
  ticket: number,
  options: string | undefined,
  token: NativeCancelToken | undefined,
) => void;

/** A native client and its life. */
export class Session {
  readonly #client: NativeClient;
  readonly #life: Lifetime;
  readonly #onWarning: WarningListener | undefined;

  private constructor({ client, error, warnings }: Opened, life: Lifetime, onWarning?: WarningListener) {
    if (client === undefined) {
      throw errorFrom(JSON.parse(error as string) as ErrorFields);
    }
    this.#client = client;
    this.#life = life;
    this.#onWarning = onWarning;
    passOn(warnings, onWarning);
  }

  static open(service: Service, options: ClientOptions | KakiyoOptions | KaikoOptions): Session {
    requireObject("config", "options", options);
    const { apiKey, onWarning, onEvent, ...rest } = options;
    requireListener("onWarning", onWarning);
    requireListener("onEvent", onEvent);
    const [key, provider] = typeof apiKey === "function" ? [undefined, asked(apiKey)] : [apiKey, undefined];
    const fields = { ...rest, apiKey: key, hostLanguage: `node/${process.versions.node}` };
    const text = encode("config", "options", fields);
    const opened = addon().open(inbox().native, service, text, provider, hearing(onEvent));
    return new Session(opened, { closed: false, underWay: 0, idle: [] }, onWarning);
  }

  /** A copy with other defaults. */
  withOptions(options: DefaultOptions): Session {
    requireObject("invalid_request", "options", options);
    const opened = this.#client.withOptions(encode("invalid_request", "options", options));
    return new Session(opened, this.#life, this.#onWarning);
  }

  call<T>(operation: string, args: object, options?: CallOptions): ApiPromise<T> {
    return this.request(
      options,
      (ticket, call, token) =>
        this.#client.call(ticket, operation, encode("invalid_request", "arguments", args), call, token),
      (settled) => ({ data: valueOf<T>(settled), meta: () => metaOf(settled), raw: () => rawOf(settled) }),
    );
  }

  /** Asks or tells something about quota and credits; `read` makes the result of a report. */
  ask<T>(
    subject: string,
    said: object,
    options: CallOptions | undefined,
    read: (report: Shown) => T,
  ): Promise<T> {
    return this.request(
      options,
      (ticket, call) => this.#client.ask(ticket, subject, encode("invalid_request", subject, said), call),
      (settled) => {
        const report = valueOf<Shown>(settled);
        return { data: read(report), meta: () => metaOf(settled), raw: () => rawOf(settled) };
      },
    );
  }

  raw(method: string, path: string, options: RawOptions = {}): ApiPromise<RawAnswer> {
    const { query, body, ...rest } = options;
    return this.request(
      rest,
      (ticket, call, token) => {
        const request = encode("invalid_request", "body", { query, body });
        this.#client.raw(ticket, String(method), String(path), request, call, token);
      },
      (settled) => ({
        data: new RawAnswer(settled.body),
        meta: () => metaOf(settled),
        raw: () => rawOf(settled),
      }),
    );
  }

  /** Prepares a walk over pages; nothing is sent before its first page. */
  walk<T>(operation: string, args: object, options: PageOptions = {}): Walk<T> {
    requireObject("invalid_request", "options", options);
    const { signal, ...rest } = options;
    const pages = this.#client.openPages(
      operation,
      encode("invalid_request", "arguments", args),
      encode("invalid_request", "options", rest),
    );
    return new Walk(this, pages, signal);
  }

  /** Refuses new calls; resolves when those under way have settled. */
  close(): Promise<void> {
    const life = this.#life;
    life.closed = true;
    if (life.underWay === 0) {
      return Promise.resolve();
    }
    inbox().send(
      (ticket) => this.#client.flush(ticket),
      () => {},
    );
    return new Promise((resolve) => void life.idle.push(resolve));
  }

  /** Makes a request. What is thrown on the way out becomes the error of its promise. */
  request<T>(options: CallOptions = {}, send: Send, read: (settled: Settled) => Answer<T>): ApiPromise<T> {
    const site = callSite();
    return ApiPromise.begin<T>((resolve, reject) => {
      let cancellation: Cancellation | undefined;
      const fail = (error: KakiyoError): void => {
        startAt(site, error);
        reject(error);
      };
      try {
        if (this.#life.closed) {
          throw refused("config", "client", "it is closed: make a new one");
        }
        requireObject("invalid_request", "options", options);
        const { signal, ...rest } = options;
        const text = encode("invalid_request", "options", rest);
        cancellation = follow(signal);
        inbox().send(
          (ticket) => send(ticket, text === "{}" ? undefined : text, cancellation?.token),
          (settled) => {
            cancellation?.release();
            try {
              passOn(settled.warnings, this.#onWarning);
              if (settled.error !== undefined) {
                throw errorOf(settled.error, signal);
              }
              resolve(read(settled));
            } catch (error) {
              fail(error as KakiyoError);
            }
            this.#settled();
          },
        );
        this.#life.underWay += 1;
      } catch (error) {
        cancellation?.release();
        fail(error as KakiyoError);
      }
    });
  }

  #settled(): void {
    const life = this.#life;
    life.underWay -= 1;
    if (life.underWay === 0) {
      life.idle.splice(0).forEach((resolve) => resolve());
    }
  }
}

/** The user's function in the form that the native library asks: it always promises text. */
function asked(provider: KeyProvider): () => Promise<string> {
  return async () => {
    const key: unknown = await provider();
    if (typeof key !== "string") {
      throw new TypeError(`it gave ${key === null ? "null" : typeof key} instead of text`);
    }
    return key;
  };
}
