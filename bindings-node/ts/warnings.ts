/** Warnings: what a user should know although nothing failed. */

import { refused } from "./errors.js";

/** What a warning is about. More may come. */
export type WarningKind = "deprecation" | "key_environment" | "fallback" | "argument" | (string & {});

/** Something that a user should know although nothing failed. */
export interface KakiyoWarning {
  /** What it is about. */
  readonly kind: WarningKind;
  /** One line: what was seen and what to do. */
  readonly message: string;
  /** The operation whose answer showed it, such as `emotions.analyze`, where there is one. */
  readonly operation?: string;
}

/** Hears warnings. What it throws does not break the call. */
export type WarningListener = (warning: KakiyoWarning) => unknown;

/** Refuses what cannot hear; `option` is its name. */
export function requireListener(option: string, listener: unknown): void {
  if (listener !== undefined && typeof listener !== "function") {
    throw refused("config", option, `a function, not ${listener === null ? "null" : typeof listener}`);
  }
}

/** Calls a listener later. One that fails is told of, but the call goes on: it has been made, and maybe paid for. */
export function tell<T>(option: string, listener: (heard: T) => unknown, heard: T): void {
  void Promise.resolve(heard)
    .then(listener)
    .catch((reason: unknown) => {
      process.emitWarning(`${option} failed: ${String(reason)}`, { type: "KakiyoWarning", code: "listener" });
    });
}

/** Gives the warnings of the native library to the listener, or to the process. */
export function passOn(warnings: string | undefined, listener: WarningListener | undefined): void {
  if (warnings === undefined) {
    return;
  }
  for (const warning of JSON.parse(warnings) as KakiyoWarning[]) {
    if (listener === undefined) {
      tellProcess(warning);
    } else {
      tell("onWarning", listener, warning);
    }
  }
}

function tellProcess({ kind, message, operation }: KakiyoWarning): void {
  const type = kind === "deprecation" ? "DeprecationWarning" : "KakiyoWarning";
  process.emitWarning(operation === undefined ? message : `${operation}: ${message}`, { type, code: kind });
}
