/** What a client reports of quota and credits. Printed, each report is a table. */

/** A report as the native library gives it; times in seconds. */
export interface Shown {
  fields: unknown;
  text: string;
  html: string;
}

/** At least and at most; without `max` where only the answers tell. */
export interface Bounds {
  readonly min: number;
  readonly max?: number;
}

/** Credits as an interval: the server does not say whether a failed call is charged. */
export interface CreditRange {
  readonly min: number;
  readonly max: number;
}

/** Calls that share a limit. */
export interface QuotaGroup {
  /** The operation, the shared quota, or `high tier`, `team` and the like. */
  readonly name: string;
  /** Calls allowed in a window. */
  readonly limit: number;
  /** The window in milliseconds. */
  readonly windowMs: number;
  /** Slots held: calls in flight, and calls answered within the window. */
  readonly held: number;
  /** Calls in flight. */
  readonly inFlight: number;
  /** How long the server's pause still lasts, in milliseconds; 0 without one. */
  readonly pausedForMs: number;
}

/** The server answered 402, and calls are refused until there are credits again. */
export interface OutOfCredits {
  /** How long ago, in milliseconds. */
  readonly sinceMs: number;
  /** When one call tries again, in milliseconds from now. */
  readonly probeInMs: number;
}

/** One budget and what is left of it. */
export interface BudgetReport {
  /** Which calls it counts: `team`, `tag:spring`, `job:import-7`. */
  readonly on: string;
  /** The time it counts. */
  readonly per: "day" | "month" | "ever" | "client" | (string & {});
  /** How much may be spent. */
  readonly cap: number;
  /** How much is spent; the upper bound counts. */
  readonly spent: CreditRange;
  /** Reserved by calls without an answer yet. */
  readonly reserved: number;
  /** What can still be spent. */
  readonly left: number;
}

/** What one operation contributes to an explanation. */
export interface ExplainedCall {
  /** The operation. */
  readonly operation: string;
  /** Calls without retries. */
  readonly calls: Bounds;
  /** Credits without retries. */
  readonly credits: Bounds;
  /** When the first call can go, in milliseconds from now. */
  readonly startsInMs: number;
  /** When the last of the least number of calls can go, in milliseconds from now, if nobody else calls meanwhile. */
  readonly endsInMs: number;
  /** What the last call waits for. */
  readonly waitsFor?: string;
  /** Why the calls would be refused before anything is sent. */
  readonly refused?: string;
  /** A cheaper way to the same end. */
  readonly cheaper?: string;
}

/** The table of a report. */
abstract class Report {
  readonly #text: string;
  readonly #html: string;

  /** @internal */
  constructor({ text, html }: Shown) {
    this.#text = text;
    this.#html = html;
  }

  /** The report as a table. */
  toString(): string {
    return this.#text;
  }

  /** The report as an HTML fragment, for notebooks. */
  toHtml(): string {
    return this.#html;
  }

  /** What `console.log` prints. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.#text;
  }
}

/** The quota of the team as far as this client's store has seen it. */
export class QuotaReport extends Report {
  /** Where the record is kept, without secrets. */
  declare readonly store: string;
  /** The groups that limited calls so far. */
  declare readonly groups: readonly QuotaGroup[];
  /** What was learned from the server, in words. */
  declare readonly learned: readonly string[];

  /** @internal */
  constructor(report: Shown) {
    super(report);
    show(this, report);
  }
}

/**
 * What the team's clients have spent and may spend, as far as this library sends it. AI messages, webhooks and other tools
 * spend out of its sight.
 */
export class CreditsReport extends Report {
  /** The day that counts as today, in UTC. */
  declare readonly day: string;
  /** Spent today. */
  declare readonly today: CreditRange;
  /** Spent in this calendar month. */
  declare readonly month: CreditRange;
  /** Spent since the record began. */
  declare readonly ever: CreditRange;
  /** Reserved by calls without an answer yet. */
  declare readonly reserved: number;
  /** The part of it that was left by processes that died; it counts as spent. */
  declare readonly unknown: number;
  /** The balance as it was last declared; 0 after the server answered 402. */
  declare readonly balance?: number;
  /** What is left of it, unless somebody else spends. */
  declare readonly left?: CreditRange;
  /** The balance below which only critical calls are sent. */
  declare readonly floor?: number;
  /** Set while calls are refused because the server answered 402. */
  declare readonly outOfCredits?: OutOfCredits;
  /** The budgets of this client. */
  declare readonly budgets: readonly BudgetReport[];
  /** Credits that were not spent, by the reason. */
  declare readonly saved: Readonly<Record<string, number>>;

  /** @internal */
  constructor(report: Shown) {
    super(report);
    show(this, report);
  }
}

/** What calls would cost and how long they would take. */
export class Explanation extends Report {
  /** The parts, in the order in which they are made. */
  declare readonly parts: readonly ExplainedCall[];
  /** Calls of all parts, without retries. */
  declare readonly calls: Bounds;
  /** Credits of all parts, without retries. */
  declare readonly credits: Bounds;
  /** The earliest end of all parts, in milliseconds from now. */
  declare readonly endsInMs: number;

  /** @internal */
  constructor(report: Shown) {
    super(report);
    show(this, report);
  }
}

/** The members that are times, which cross in seconds. */
const TIMES = new Set(["window", "pausedFor", "since", "probeIn", "startsIn", "endsIn"]);

/** Gives a report its fields, for ever. */
function show(report: Report, { fields }: Shown): void {
  Object.freeze(Object.assign(report, plain(fields)));
}

/** Fields as they are here: times in milliseconds, nothing where there is null, all of it frozen. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    return Object.freeze(value.map(plain));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const members = Object.entries(value).filter(([, member]) => member !== null);
  const shown = members.map(([name, member]) =>
    TIMES.has(name) ? [`${name}Ms`, milliseconds(member as number)] : [name, plain(member)],
  );
  return Object.freeze(Object.fromEntries(shown));
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3;
}
