/** Community client for Kakiyo and Kaiko: never throttled, never overspent. This file is all that is public. */

export { ApiPromise } from "./api-promise.js";
export {
  AuthError,
  BudgetRefusedError,
  CancelledError,
  ConfigError,
  ConflictError,
  ConnectionError,
  DecodeError,
  InternalError,
  InvalidRequestError,
  KakiyoError,
  NotFoundError,
  OutcomeUnknownError,
  OutOfCreditsError,
  PermissionError,
  RateLimitedError,
  ServerError,
  TimeoutError,
  WaitRefusedError,
} from "./errors.js";
export type { ErrorKind, FieldIssue } from "./errors.js";
export type { EventKind, EventListener, KakiyoEvent } from "./events.js";
export * from "./generated/index.js";
export { Kaiko } from "./kaiko.js";
export { Kakiyo } from "./kakiyo.js";
export { parseProfileUrl, planLeads, readProfileUrls } from "./leads.js";
export type {
  ColumnMapping,
  DuplicateRow,
  Identity,
  Interval,
  InvalidRow,
  Lead,
  LeadPlan,
  LeadSource,
  PlanOptions,
  Profile,
  ProfileList,
} from "./leads.js";
export type { Credits, Meta, WithMeta } from "./meta.js";
export type {
  Budget,
  CallOptions,
  ChangedPreset,
  ClientOptions,
  CustomLimit,
  DefaultOptions,
  KaikoOptions,
  KakiyoOptions,
  KeyProvider,
  LimitPreset,
  LimitRule,
  PageOptions,
  QueryValue,
  RawOptions,
  Store,
} from "./options.js";
export type { Page } from "./page.js";
export type { Paginator } from "./paginator.js";
export type { RawAnswer } from "./raw-answer.js";
export { CreditsReport, Explanation, QuotaReport } from "./reports.js";
export type {
  Bounds,
  BudgetReport,
  CreditRange,
  ExplainedCall,
  OutOfCredits,
  QuotaGroup,
} from "./reports.js";
export { Sandbox } from "./sandbox.js";
export type { SandboxOptions, SandboxSettings, Team } from "./sandbox.js";
export type { Id, JsonObject, Timestamp } from "./values.js";
export { version } from "./version.js";
export type { KakiyoWarning, WarningKind, WarningListener } from "./warnings.js";
