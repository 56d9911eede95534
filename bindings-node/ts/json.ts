/** Values of the caller to JSON. What JSON would drop or change without a word is refused. */

import { KakiyoError, refused } from "./errors.js";

type Kind = "config" | "invalid_request";

/** JSON of `value`; `what` is named in errors. */
export function encode(kind: Kind, what: string, value: unknown): string {
  try {
    return JSON.stringify(value, (name, member: unknown) => strict(kind, name || what, member));
  } catch (error) {
    if (error instanceof KakiyoError) {
      throw error;
    }
    throw refused(
      kind,
      what,
      `it cannot be written as JSON: ${(error as Error).message.split("\n")[0] ?? ""}`,
    );
  }
}

/** Refuses what is no object. */
export function requireObject(kind: Kind, what: string, value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const found = value === null ? "null" : Array.isArray(value) ? "a list" : typeof value;
    throw refused(kind, what, `an object, not ${found}`);
  }
}

function strict(kind: Kind, name: string, value: unknown): unknown {
  switch (typeof value) {
    case "function":
    case "symbol":
    case "bigint":
      throw refused(kind, name, `a ${typeof value} cannot be sent`);
    case "number":
      if (!Number.isFinite(value)) {
        throw refused(kind, name, `${value} cannot be sent: it must be a finite number`);
      }
      return value;
    default:
      return value;
  }
}
