/** The embedded sandbox: a stand-in for both services on this machine, for tests and demonstrations. */

/// <reference lib="esnext.disposable" preserve="true" />

import { closesWithItsScope } from "./dispose.js";
import { inbox } from "./inbox.js";
import { encode, requireObject } from "./json.js";
import { addon, type NativeSandbox } from "./native.js";
import { ask, valueOf } from "./outcome.js";

/** Settings of a team. There are more: the README of the sandbox has them all. */
export interface SandboxSettings {
  /** Which of the published rule sets applies; `seed` unless set. */
  profile?: "seed" | "tiered";
  /** Length of the rate-limit window in milliseconds; a minute unless set. */
  window?: number;
  /** Switches all rate limits off. */
  unlimited?: boolean;
  /** Limits that differ from the profile, by operation or bucket; null lifts one. */
  limits?: Record<string, number | null>;
  /** How long an import takes, in milliseconds; 200 unless set. */
  importDelay?: number;
  [setting: string]: unknown;
}

/** How a sandbox starts, and the settings of its first team. */
export interface SandboxOptions extends SandboxSettings {
  /** Port on the loopback interface; a free one unless set. */
  port?: number;
  /** Makes keys and ids the same in every run. */
  seed?: number;
  /** How many times as fast as real time it runs; 0 lets its time stand still except for `advance`. */
  timeScale?: number;
  /** Key of the first team: 40 letters and digits. */
  apiKey?: string;
  /** Credits of the first team; 10,000 unless set. */
  credits?: number;
  /** Key of Kaiko; it begins with `kaiko_live_`, `kaiko_test_` or `sk_`. */
  kaikoApiKey?: string;
  /** Which picture of Kaiko applies: `contract` (its documentation) unless set, or `observed`. */
  kaikoProfile?: "contract" | "observed";
  /** Further settings of the key of Kaiko, in the names and units of the control routes. */
  kaikoSettings?: Record<string, unknown>;
}

/** A team of the sandbox. */
export interface Team {
  team: string;
  apiKey: string;
}

/** A running sandbox. It judges like the real service and can be asked what reached it. */
export class Sandbox {
  readonly #sandbox: NativeSandbox;
  /** The address to give to a client. */
  readonly baseUrl: string;
  /** The key of the first team. */
  readonly apiKey: string;
  /** The address to give to a client of Kaiko. */
  readonly kaikoBaseUrl: string;
  /** The first key of Kaiko. */
  readonly kaikoApiKey: string;

  private constructor(sandbox: NativeSandbox) {
    this.#sandbox = sandbox;
    this.baseUrl = sandbox.baseUrl;
    this.apiKey = sandbox.apiKey;
    this.kaikoBaseUrl = sandbox.kaikoBaseUrl;
    this.kaikoApiKey = sandbox.kaikoApiKey;
  }

  /** Starts one. It does not keep the process alive. */
  static async start(options: SandboxOptions = {}): Promise<Sandbox> {
    requireObject("config", "options", options);
    const { port, seed, timeScale, apiKey, credits, ...rest } = options;
    const { kaikoApiKey, kaikoProfile, kaikoSettings, ...settings } = rest;
    const kaiko = { kaikoApiKey, kaikoSettings: { ...kaikoSettings, profile: kaikoProfile } };
    const fields = { port, seed, timeScale, apiKey, credits, settings: inSeconds(settings), ...kaiko };
    const text = encode("config", "options", fields);
    const { sandbox } = await ask((ticket) => addon().startSandbox(inbox().native, ticket, text));
    return new Sandbox(sandbox as NativeSandbox);
  }

  /** Carries out a control request, such as `control("POST", "/_sandbox/credits", { set: 5 })`. Its times are in seconds. */
  async control<T = Record<string, unknown>>(method: string, path: string, body: unknown = null): Promise<T> {
    const text = encode("invalid_request", "body", body);
    return valueOf<T>(
      await ask((ticket) => this.#sandbox.control(ticket, String(method), String(path), text)),
    );
  }

  /** Calls of the first team that were let through and processed. */
  calls(): Promise<number> {
    return this.#counter("calls");
  }

  /** Calls of the first team that were refused with 429. */
  rejections(): Promise<number> {
    return this.#counter("rejections");
  }

  /** Credits that the first team was charged. */
  spent(): Promise<number> {
    return this.#counter("spent");
  }

  /** Adds a team with settings and credits of its own. */
  addTeam(options: SandboxSettings & { apiKey?: string; credits?: number } = {}): Promise<Team> {
    return this.control<Team>("POST", "/_sandbox/teams", inSeconds(options));
  }

  /** Stops it and closes its connections. */
  async close(): Promise<void> {
    await ask((ticket) => this.#sandbox.close(ticket));
  }

  async #counter(name: string): Promise<number> {
    const { counters } = await this.control<{ counters: Record<string, number> }>("GET", "/_sandbox/state");
    return counters[name] as number;
  }
}

export interface Sandbox extends AsyncDisposable {}

/** The control routes have seconds; this package has milliseconds. */
function inSeconds(settings: SandboxSettings): Record<string, unknown> {
  const seconds = (time: unknown): unknown => (typeof time === "number" ? time / 1_000 : time);
  const { window, importDelay, ...rest } = settings;
  return { ...rest, window: seconds(window), importDelay: seconds(importDelay) };
}

closesWithItsScope(Sandbox);
