/** What the clients of both services share: raw calls, copies and the end. The operations themselves are generated. */

/// <reference lib="esnext.disposable" preserve="true" />

import type { ApiPromise } from "./api-promise.js";
import { closesWithItsScope } from "./dispose.js";
import type { LeadPlan } from "./leads.js";
import type { CallOptions, DefaultOptions, PageOptions, RawOptions } from "./options.js";
import type { RawAnswer } from "./raw-answer.js";
import { CreditsReport, Explanation, QuotaReport } from "./reports.js";
import { Resource } from "./resource.js";
import type { Session } from "./session.js";
import { atCaller } from "./stack.js";

/** A client of either service. */
export abstract class Client extends Resource {
  readonly #session: Session;

  /** @internal */
  constructor(session: Session) {
    super(session);
    this.#session = session;
  }

  /**
   * Calls a route that the table does not know. It passes the same quota, credits, retries and errors.
   *
   * `path` starts with `/` and lies below the base address. Repeated after a lost answer are GET and HEAD, and a POST of
   * Kaiko, which carries an idempotency key.
   */
  raw(method: string, path: string, options?: RawOptions): ApiPromise<RawAnswer> {
    return this.#session.raw(method, path, options);
  }

  /** The quota as it is recorded now. Costs nothing and sends nothing to the service. */
  quota(): Promise<QuotaReport> {
    return this.#session.ask("quota", {}, undefined, (report) => new QuotaReport(report));
  }

  /**
   * The credits as they are recorded now: spent, reserved, left in the budgets. What others spend is out of sight. Costs
   * nothing and sends nothing to the service.
   */
  credits(): Promise<CreditsReport> {
    return this.#session.ask("credits", {}, undefined, (report) => new CreditsReport(report));
  }

  /**
   * Declares the balance that the service's own page shows; it counts from now on, and calls that a 402 has stopped go
   * again.
   */
  declareBalance(credits: number): Promise<void> {
    return this.#session.ask("declare_balance", { credits }, undefined, () => undefined);
  }

  /** Lets calls go again after a 402, at your word that there are credits. */
  resume(): Promise<void> {
    return this.#session.ask("resume", {}, undefined, () => undefined);
  }

  /**
   * Says how many credits were really charged since the record began, as the service's own page shows. What was reserved
   * for calls without a known end is free again.
   *
   * `account` is such as `team/ever`, `team/2026-11`, `tag:spring/ever`.
   */
  reconcile(account: string, charged: number): Promise<void> {
    return this.#session.ask("reconcile", { account, charged }, undefined, () => undefined);
  }

  /**
   * Tells what a call would cost and how long it would take. Nothing is sent.
   *
   * ```ts
   * console.log(await kakiyo.explain("prospects.list", { campaignId }, { maxItems: 500 }));
   * ```
   *
   * `args` are the arguments by their names, those that the method takes by place too. A list is explained as a walk.
   */
  explain(operation: string, args: object = {}, options?: PageOptions): Promise<Explanation> {
    const said = { operation: idOf(operation), arguments: args };
    return this.#session.ask("explain", said, options, (report) => new Explanation(report));
  }

  /** Tells what an import would cost and how long it would take; `plan` is that of `planLeads`. Nothing is sent. */
  explainImport(plan: LeadPlan, options?: CallOptions): Promise<Explanation> {
    const { submitCalls, calls } = plan ?? {};
    const said = { submitCalls, calls };
    return this.#session.ask("explain_import", said, options, (report) => new Explanation(report));
  }

  /** Refuses new calls and sends the adds that linger; resolves when those under way have settled. Without it the process ends as well. */
  close(): Promise<void> {
    return this.#session.close();
  }

  /** @internal */
  protected copy(options: DefaultOptions): Session {
    return atCaller(() => this.#session.withOptions(options));
  }
}

export interface Client extends AsyncDisposable {}

closesWithItsScope(Client);

/** The id of an operation, from its name here: `prospects.addBatch` is `prospects.add_batch`. */
function idOf(operation: string): string {
  return String(operation).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
