/** Lead files: what an import would send and cost, before anything is sent. Reading never blocks the event loop. */

import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";

import { errorFrom, refused, type ErrorFields } from "./errors.js";
import { inbox } from "./inbox.js";
import { encode, requireObject } from "./json.js";
import { addon } from "./native.js";
import { ask, valueOf } from "./outcome.js";
import { atCaller } from "./stack.js";

/** Which columns to use, by their headers. What is left out is guessed; custom data never is. */
export interface ColumnMapping {
  name?: string | null;
  firstName?: string | null;
  lastName?: string | null;
  /** The column of the LinkedIn profile address. */
  url?: string | null;
  /** The column whose text goes to the prospect's custom data. */
  customData?: string | null;
}

/** How to read a lead file. */
export interface PlanOptions {
  columns?: ColumnMapping;
}

/** One person on LinkedIn. */
export interface Identity {
  /** A public name, or a member id in its place. */
  kind: "slug" | "member";
  value: string;
}

/** At least and at most. */
export interface Interval {
  min: number;
  max: number;
}

/** One person to be sent. */
export interface Lead {
  /** The line of the file on which the row begins. */
  line: number;
  name: string;
  identity: Identity;
  /** The canonical address, as it is sent. */
  url: string;
  customData?: string;
}

/** One person of a list of addresses. */
export interface Profile {
  line: number;
  identity: Identity;
  url: string;
}

/** A row about a person who is in the file already. */
export interface DuplicateRow {
  line: number;
  /** The line of the row that stays. */
  firstLine: number;
}

/** A row that cannot be sent. */
export interface InvalidRow {
  line: number;
  /** The stable code, such as `missing_url`. */
  reason: string;
  /** What is wrong and what to do. */
  message: string;
  /** The text that was refused, at most 200 characters of it. */
  value: string;
}

interface FileReport {
  /** `rows` is `unique` + `duplicates` + `invalid`, always. */
  rows: number;
  unique: number;
  duplicates: number;
  invalid: number;
  /** Invalid rows by reason code. */
  invalidReasons: Record<string, number>;
  /** The columns in use, by their headers. */
  columns: ColumnMapping;
  encoding: string;
  delimiter: string;
  duplicateRows: DuplicateRow[];
  invalidRows: InvalidRow[];
}

/** What an import of one file into one campaign would do. */
export interface LeadPlan extends FileReport {
  /** Calls that carry the people: full batches of 100. */
  submitCalls: number;
  /** All calls, confirmation included. */
  calls: Interval;
  /** What the calls cost. */
  credits: Interval;
  /** The people, in the order of the file. */
  leads: Lead[];
}

/** A list of profile addresses. */
export interface ProfileList extends FileReport {
  /** The people, in the order of the file. */
  profiles: Profile[];
}

/** A path, or the content of a file. */
export type LeadSource = string | URL | Uint8Array;

/** Reads a lead file and plans its import. Sends nothing and costs nothing. */
export function planLeads(source: LeadSource, options: PlanOptions = {}): Promise<LeadPlan> {
  return read("planLeads", source, options);
}

/** Reads a file with a column of profile addresses; it needs a header, but no names. */
export function readProfileUrls(source: LeadSource, options: PlanOptions = {}): Promise<ProfileList> {
  return read("readProfileUrls", source, options);
}

/** Reads a profile address in any spelling that exports use. */
export function parseProfileUrl(url: string): Identity & { url: string } {
  return atCaller(() => {
    if (typeof url !== "string") {
      throw refused("invalid_request", "url", "expected a string");
    }
    const { value, error } = addon().parseProfileUrl(url);
    if (value === undefined) {
      throw errorFrom(JSON.parse(error as string) as ErrorFields);
    }
    return JSON.parse(value) as Identity & { url: string };
  });
}

async function read<T>(
  how: "planLeads" | "readProfileUrls",
  source: LeadSource,
  options: PlanOptions,
): Promise<T> {
  requireObject("invalid_request", "options", options);
  const text = encode("invalid_request", "options", options);
  const file = nativeSource(source);
  return valueOf<T>(await ask((ticket) => addon()[how](inbox().native, ticket, file, text)));
}

function nativeSource(source: LeadSource): string | Buffer {
  if (typeof source === "string") {
    return source;
  }
  if (source instanceof URL && source.protocol === "file:") {
    return fileURLToPath(source);
  }
  if (source instanceof Uint8Array) {
    return Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  }
  throw refused("invalid_request", "source", "a path, a file: URL or bytes");
}
