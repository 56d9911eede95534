// What the types promise. It is compiled, never run: `npm run check:types`.

import {
  ConversationStatus,
  Kaiko,
  Kakiyo,
  KakiyoError,
  NotFoundError,
  Sandbox,
  planLeads,
  type ApiPromise,
  type CampaignId,
  type CreditsReport,
  type Explanation,
  type KakiyoEvent,
  type QuotaReport,
  type ChatId,
  type ClientOptions,
  type ConversationStatus as Status,
  type CreateProduct,
  type Emotion,
  type EmotionAnalysis,
  type ErrorKind,
  type KaikoOptions,
  type KakiyoWarning,
  type Meta,
  type Page,
  type Paginator,
  type ProductCreated,
  type Prospect,
  type ProspectId,
  type Qualification,
  type WithMeta,
} from "kakiyo";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Equal<A, B>): void {}

const options: ClientOptions = {
  apiKey: () => Promise.resolve("k"),
  limits: { preset: "published", window: 500 },
};
new Kakiyo();
new Kakiyo({ limits: [{ group: "tier:low", limit: 15, window: 60_000 }], timeout: 1_000 });
// @ts-expect-error no such preset
new Kakiyo({ limits: "many" });
// @ts-expect-error no such tier
new Kakiyo({ limits: [{ group: "tier:none", limit: 1 }] });
// @ts-expect-error no such option
new Kakiyo({ timeouts: 1 });

async function calls(signal: AbortSignal): Promise<void> {
  await using kakiyo = new Kakiyo(options);
  const call = kakiyo.products.create({ name: "n", description: "d" }, { signal, timeout: 5 });
  same<typeof call, ApiPromise<ProductCreated>>(true);
  const product = await call;
  same<typeof product, ProductCreated>(true);
  const answer = await call.withMeta();
  same<typeof answer, WithMeta<ProductCreated>>(true);
  const meta: Meta = answer.meta;
  const left: number | undefined = meta.quotaLeft;

  // @ts-expect-error a required argument is missing
  kakiyo.products.create({ name: "n" });
  // @ts-expect-error no such argument
  kakiyo.products.create({ name: "n", description: "d", colour: "red" });
  // @ts-expect-error only walks have pages
  kakiyo.verify({ maxItems: 1 });

  // Arguments may be left undefined; path ids are positional; plain text is an id.
  const paginator = kakiyo.prospects.list(
    "campaign",
    { status: undefined },
    { maxItems: 5, pageSize: 5, signal },
  );
  same<typeof paginator, Paginator<Prospect>>(true);
  kakiyo.prospects.list("campaign");
  kakiyo.campaigns.list({ maxItems: 1 });
  kakiyo.prospects.addBatch({ campaignId: "c", prospects: [{ name: "n", url: "u" }] as const });

  for await (const chat of paginator) {
    same<typeof chat, Prospect>(true);
    const status: Status | null | undefined = chat.status;
    if (chat.status === ConversationStatus.REPLIED || chat.status === 9_999) {
      const qualification: Qualification | null | undefined = chat.qualification;
    }
  }
  for await (const page of paginator.pages()) {
    same<typeof page, Page<Prospect>>(true);
    const mapped: (string | undefined)[] = page.map((row) => row.id);
  }
  const page: Page<Prospect> = await paginator.page();
  const rows: Prospect[] = await paginator.collect(5);
  const sum: Meta = (await paginator.collect().withMeta()).meta;

  const raw = await kakiyo.raw("GET", "/x", { query: { a: [1, "b"], c: true }, body: { d: 1 }, signal });
  const bytes: Uint8Array = raw.bytes;
  const json: unknown = raw.json();
  const copy: Kakiyo = kakiyo.withOptions({ timeout: 5, extraHeaders: { a: "b" } });
}

async function emotions(): Promise<void> {
  const options: KaikoOptions = {
    environment: "staging",
    auth: "bearer",
    onWarning: (warning: KakiyoWarning) => console.log(warning.kind, warning.message, warning.operation),
  };
  await using kaiko = new Kaiko(options);
  const call = kaiko.emotions.analyze("text", {}, { idempotencyKey: "k" });
  same<typeof call, ApiPromise<EmotionAnalysis>>(true);
  const byRole: Record<string, Emotion> = (await call).emotions;
  const key: string | undefined = (await call.withMeta()).meta.idempotencyKey;
  const copy: Kaiko = kaiko.withOptions({ timeout: 5 });
  // @ts-expect-error a key belongs to one call
  kaiko.withOptions({ idempotencyKey: "k" });
  // @ts-expect-error no such environment
  new Kaiko({ environment: "moon" });
  // @ts-expect-error an option of Kaiko
  new Kakiyo({ auth: "bearer" });
  // @ts-expect-error a resource of Kakiyo
  kaiko.campaigns;
}

async function admission(): Promise<void> {
  const kakiyo = new Kakiyo({
    store: "redis://127.0.0.1:6379",
    budget: [500, { cap: 2_000, per: "month", tag: "spring" }],
    balance: 10_000,
    floor: 100,
    limits: { preset: "auto", rule: "paced" },
    onEvent: (event: KakiyoEvent) => console.log(event.kind, event.message, event.details["seconds"]),
  });
  new Kakiyo({
    store: { folder: "state" },
    budget: 5,
    limits: [{ group: "team", limit: 1, rule: "serial" }],
  });
  // @ts-expect-error no such store
  new Kakiyo({ store: "memory" });
  // @ts-expect-error no such period
  new Kakiyo({ budget: { cap: 1, per: "year" } });
  // @ts-expect-error no such rule
  new Kakiyo({ limits: { preset: "auto", rule: "slow" } });

  await kakiyo.verify({ priority: "bulk", budget: 5, tag: "spring", job: "7" });
  kakiyo.prospects.list("c", {}, { budget: 5, tag: "spring" });
  kakiyo.withOptions({ tag: "spring", priority: "bulk" });
  // @ts-expect-error no such priority
  kakiyo.verify({ priority: "high" });

  const quota: QuotaReport = await kakiyo.quota();
  const paused: number | undefined = quota.groups[0]?.pausedForMs;
  const credits: CreditsReport = await kakiyo.credits();
  const left: number | undefined = credits.left?.max;
  const probe: number | undefined = credits.outOfCredits?.probeInMs;
  const told = await kakiyo.explain("prospects.list", { campaignId: "c" }, { maxItems: 5 });
  same<typeof told, Explanation>(true);
  const most: number | undefined = told.credits.max;
  const text: string = `${told}${told.toHtml()}`;
  // @ts-expect-error reports are read-only
  told.endsInMs = 5;
  const imported: Explanation = await kakiyo.explainImport(await planLeads("f.csv"), { tag: "spring" });
  await kakiyo.declareBalance(5);
  await kakiyo.resume();
  await kakiyo.reconcile("team/ever", 5);
  await new Kaiko().quota();
}

// The id of one kind of record is not that of another; text is any id.
declare const chat: ChatId;
declare const prospect: ProspectId;
const text: string = chat;
const fromText: ChatId = "c";
// @ts-expect-error a person is not a conversation
const wrong: ChatId = prospect;
// @ts-expect-error a conversation is not a campaign
const alsoWrong: CampaignId = chat;

// Sets of words are open, and the known ones are offered.
const known: Qualification = "qualified";
const unknown: Qualification = "somethingNew";
// @ts-expect-error a number is no word
const number: Qualification = 4;
const code: Status = 4;
const newCode: Status = 777;
// @ts-expect-error constants are not to be changed
ConversationStatus.REPLIED = 5;

const args: CreateProduct = { name: "n", description: "d" };

function errors(error: unknown): void {
  if (error instanceof KakiyoError) {
    const kind: ErrorKind = error.kind;
    const wait: number | undefined = error.retryAfterMs;
    const key: string | undefined = error.idempotencyKey;
    const { min, max } = error.credits;
    const headers: Record<string, string> | undefined = error.headers;
  }
  if (error instanceof NotFoundError) {
    const status: number | undefined = error.status;
    // @ts-expect-error fields are read-only
    error.attempts = 2;
  }
}

async function others(): Promise<void> {
  await using sandbox = await Sandbox.start({ credits: 5, window: 1_000, profile: "tiered" });
  const key: string = sandbox.apiKey;
  const plan = await planLeads(new Uint8Array(), { columns: { url: "LinkedIn" } });
  const url: string | undefined = plan.leads[0]?.url;
}
