// Quota and credits: budgets, floor, the stop after a 402, reports, explanations, events.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";

import {
  BudgetRefusedError,
  ConfigError,
  CreditsReport,
  Explanation,
  InvalidRequestError,
  Kakiyo,
  OutOfCreditsError,
  QuotaReport,
  RateLimitedError,
  planLeads,
} from "../dist/esm/index.js";
import { esm, run } from "./support/process.mjs";
import { useSandbox } from "./support/sandbox.mjs";

const service = useSandbox();
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

/** How many calls go out until the budget refuses one. */
async function untilRefused(kakiyo, options = {}, most = 20) {
  for (let made = 0; made < most; made += 1) {
    try {
      await kakiyo.verify(options);
    } catch (error) {
      assert.ok(error instanceof BudgetRefusedError, String(error));
      assert.equal(error.attempts, 0);
      return made;
    }
  }
  return most;
}

test("a budget is never crossed, in any of its forms", async () => {
  for (const budget of [3, { cap: 3 }, [3, { cap: 50, per: "day" }], [{ cap: 3, per: "ever" }]]) {
    const { kakiyo, state } = await service.team({ budget });
    assert.equal(await untilRefused(kakiyo), 3, JSON.stringify(budget));
    assert.equal((await state()).counters.calls, 3);
    const { budgets, ever } = await kakiyo.credits();
    assert.equal(budgets.find(({ cap }) => cap === 3).left, 0);
    assert.deepEqual(ever, { min: 3, max: 3 });
  }
});

test("many calls at once share a cap", async () => {
  const { kakiyo, state } = await service.team({ budget: 10 });
  const ended = await Promise.allSettled(Array.from({ length: 60 }, () => kakiyo.verify()));
  const refused = ended.filter(({ reason }) => reason instanceof BudgetRefusedError);
  assert.equal(refused.length, 50);
  assert.equal((await state()).counters.calls, 10);
});

test("budgets of tags and jobs count their calls alone", async () => {
  const budget = [
    { cap: 2, tag: "spring" },
    { cap: 1, job: "import-7" },
  ];
  const { kakiyo, state } = await service.team({ budget });
  assert.equal(await untilRefused(kakiyo, { tag: "spring" }), 2);
  assert.equal(await untilRefused(kakiyo, { job: "import-7" }), 1);
  assert.equal(await untilRefused(kakiyo, { tag: "autumn" }, 4), 4);
  assert.equal(await untilRefused(kakiyo.withOptions({ tag: "spring" })), 0);
  assert.equal((await state()).counters.calls, 7);
});

test("a call, a walk and a copy have budgets of their own", async () => {
  const { kakiyo, team, state, script } = await service.team();
  const page = Array.from({ length: 2 }, (_, index) => ({ id: `c${index}` }));
  await script({ body: page }, { body: page.map(({ id }) => ({ id: `d${id}` })) });
  await assert.rejects(kakiyo.verify({ budget: 0 }), BudgetRefusedError);
  await assert.rejects(kakiyo.raw("GET", "/verify", { budget: 0 }), BudgetRefusedError);
  const rows = kakiyo.prospects.list("c", {}, { pageSize: 2, budget: 2 });
  await assert.rejects(rows.collect(), BudgetRefusedError);
  const { requests } = await service.sandbox.control("GET", `/_sandbox/requests?team=${team}`);
  assert.equal(requests.length, 2);
  assert.equal(await untilRefused(kakiyo.withOptions({ budget: 3 })), 3);
  assert.equal((await state()).counters.calls, 3);
});

test("a floor keeps credits for critical calls", async () => {
  const { kakiyo, state } = await service.team({ balance: 10, floor: 8 });
  assert.equal(await untilRefused(kakiyo), 2);
  await kakiyo.dnc.add({ url: "https://linkedin.com/in/ada" });
  assert.equal((await state()).counters.calls, 3);
  assert.deepEqual((await kakiyo.credits()).left, { min: 7, max: 7 });
  await kakiyo.declareBalance(50);
  await kakiyo.verify();
  assert.deepEqual((await kakiyo.credits()).left, { min: 49, max: 49 });
});

test("one 402 stops the team until somebody says otherwise", async () => {
  const { kakiyo, apiKey, team } = await service.team({}, { credits: 2 });
  const other = new Kakiyo({ apiKey, baseUrl: service.sandbox.baseUrl, limits: "unlimited", retryDelay: 1 });
  const rejected = async () => {
    const { requests } = await service.sandbox.control("GET", `/_sandbox/requests?team=${team}`);
    return requests.filter(({ status }) => status === 402).length;
  };
  await kakiyo.verify();
  await kakiyo.verify();
  for (const client of [kakiyo, other, kakiyo]) {
    await assert.rejects(client.verify(), OutOfCreditsError);
  }
  assert.equal(await rejected(), 1);
  const { outOfCredits } = await kakiyo.credits();
  assert.ok(outOfCredits.probeInMs > 0 && outOfCredits.probeInMs <= 60_000);
  for (const letGo of [() => kakiyo.resume(), () => kakiyo.declareBalance(5)]) {
    await letGo();
    assert.equal((await kakiyo.credits()).outOfCredits, undefined);
    await assert.rejects(other.verify(), OutOfCreditsError);
  }
  assert.equal(await rejected(), 3);
});

test("what was charged can be said", async () => {
  const { kakiyo, script } = await service.team();
  await script({ status: 500, body: { error: "x" } });
  await kakiyo.verify();
  for (const [account, charged, field] of [
    ["moon", 1, "account"],
    ["team/ever", 900, "charged"],
    ["team/ever", -1, "charged"],
    ["team/ever", "x", "charged"],
    [7, 1, "account"],
  ]) {
    const error = await kakiyo.reconcile(account, charged).catch((error) => error);
    assert.ok(error instanceof InvalidRequestError, String(error));
    assert.equal(error.details[0].field, field);
  }
  await kakiyo.reconcile("team/ever", 1);
  assert.deepEqual((await kakiyo.credits()).ever, { min: 1, max: 1 });
  for (const credits of [-1, 1.5, "7", null, undefined, true, 2 ** 60]) {
    await assert.rejects(kakiyo.declareBalance(credits), InvalidRequestError, String(credits));
  }
});

test("a record on this host is shared", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "kakiyo-"));
  try {
    const options = { store: { folder }, budget: { cap: 3, per: "ever" } };
    const { kakiyo, apiKey, state } = await service.team(options);
    const { baseUrl } = service.sandbox;
    const other = new Kakiyo({ apiKey, baseUrl, limits: "unlimited", ...options });
    await kakiyo.verify();
    await other.verify();
    assert.equal(await untilRefused(kakiyo), 1);
    assert.equal((await state()).counters.calls, 3);
    assert.ok((await other.quota()).store.includes(folder));
    const { code, stdout, stderr } = await run(`
      import { Kakiyo } from ${JSON.stringify(esm)};
      const kakiyo = new Kakiyo(${JSON.stringify({ apiKey, baseUrl, limits: "unlimited", ...options })});
      process.stdout.write((await kakiyo.verify().catch((error) => error)).kind);
    `);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: "budget_refused" }, stderr);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("wrong options are named", async () => {
  const { kakiyo, state } = await service.team();
  for (const [options, field] of [
    [{ store: "memory" }, "store"],
    [{ store: 7 }, "store"],
    [{ store: { url: "redis://x", failOpne: true } }, "store.failOpne"],
    [{ store: { url: "redis://x", timeout: -1 } }, "store.timeout"],
    [{ budget: -1 }, "budget"],
    [{ budget: { per: "day" } }, "budget"],
    [{ budget: { cap: 1, per: "year" } }, "budget.per"],
    [{ budget: [1, { cap: 1, tag: "" }] }, "budget[1].tag"],
    [{ floor: 5 }, "floor"],
    [{ balance: -5 }, "balance"],
    [{ limits: { preset: "auto", rule: "slow" } }, "limits.rule"],
    [{ onEvent: 7 }, "onEvent"],
  ]) {
    assert.throws(
      () => new Kakiyo({ apiKey: "k".repeat(40), baseUrl: "http://127.0.0.1:9/v1", ...options }),
      (error) => error instanceof ConfigError && error.details[0].field === field,
      JSON.stringify(options),
    );
  }
  for (const [options, field] of [
    [{ priority: "high" }, "priority"],
    [{ budget: -1 }, "budget"],
    [{ tag: "" }, "tag"],
    [{ job: "a\nb" }, "job"],
  ]) {
    for (const call of [
      () => kakiyo.verify(options),
      () => kakiyo.raw("GET", "/verify", options),
      () => kakiyo.campaigns.list(options).page(),
      () => kakiyo.explain("verify", {}, options),
      async () => kakiyo.withOptions(options),
    ]) {
      const error = await call().catch((error) => error);
      assert.ok(error instanceof InvalidRequestError, `${call} ${JSON.stringify(options)}: ${error}`);
      assert.equal(error.details[0].field, field);
    }
  }
  assert.equal((await state()).counters.connections, 0);
  for (const priority of ["interactive", "bulk", undefined]) {
    assert.equal((await kakiyo.verify({ priority })).status, "success");
  }
});

test("an explanation is what the sandbox charges", async () => {
  const { kakiyo, state, script } = await service.team();
  const spent = async () => (await state()).counters.spent;
  for (const [operation, args, options, call] of [
    ["verify", {}, {}, () => kakiyo.verify()],
    ["products.list", {}, {}, () => kakiyo.products.list()],
    [
      "dnc.add",
      { url: "https://linkedin.com/in/ada" },
      {},
      () => kakiyo.dnc.add({ url: "https://linkedin.com/in/ada" }),
    ],
    ["prospects.search", {}, { maxItems: 5 }, () => kakiyo.prospects.search({}, { maxItems: 5 }).collect()],
  ]) {
    const told = await kakiyo.explain(operation, args, options);
    const before = await spent();
    await call();
    const charged = (await spent()) - before;
    assert.deepEqual(told.credits, { min: charged, max: charged }, operation);
  }
  await script({ body: [{ id: "a" }, { id: "b" }] }, { body: [{ id: "c" }] });
  const told = await kakiyo.explain("prospects.list", { campaignId: "c" }, { maxItems: 7, pageSize: 2 });
  const { meta } = await kakiyo.prospects.list("c", {}, { maxItems: 7, pageSize: 2 }).collect().withMeta();
  assert.equal(meta.attempts, 2);
  assert.ok(told.calls.min <= meta.attempts && meta.attempts <= told.calls.max, String(told));
  assert.deepEqual((await kakiyo.explain("prospects.list", { campaignId: "c" })).calls, { min: 1 });
  // Methods go by their names here as well.
  const batch = { campaignId: "c", prospects: [{ name: "P", url: "in/p" }] };
  assert.equal((await kakiyo.explain("prospects.addBatch", batch)).parts[0].operation, "prospects.add_batch");
});

test("an import is explained", async () => {
  const { kakiyo } = await service.team();
  const rows = Array.from({ length: 250 }, (_, index) => `P ${index},https://linkedin.com/in/p${index}`);
  const plan = await planLeads(new TextEncoder().encode(["name,url", ...rows].join("\n")));
  const told = await kakiyo.explainImport(plan, { tag: "spring" });
  assert.deepEqual([told.calls, told.credits], [plan.calls, plan.credits]);
  assert.deepEqual(
    told.parts.map(({ operation }) => operation),
    ["prospects.add_batch", "prospects.import_status"],
  );
  for (const wrong of [undefined, null, 7, {}]) {
    await assert.rejects(kakiyo.explainImport(wrong), InvalidRequestError, String(wrong));
  }
});

test("what cannot be explained is named", async () => {
  const { kakiyo, state } = await service.team();
  for (const [operation, args, options, field] of [
    ["moon.walk", {}, {}, "operation"],
    [undefined, {}, {}, "operation"],
    ["emotions.analyze", { text: "x" }, {}, "operation"],
    ["verify", 7, {}, "arguments"],
    ["verify", {}, { maxItems: 1 }, "maxItems"],
    ["prospects.list", {}, {}, "campaignId"],
    ["prospects.list", { campaignId: "c" }, { pageSize: 0 }, "pageSize"],
  ]) {
    const error = await kakiyo.explain(operation, args, options).catch((error) => error);
    assert.ok(error instanceof InvalidRequestError, `${operation}: ${error}`);
    assert.equal(error.details[0].field, field);
    assert.match(error.stack, /admission\.test\.mjs/);
  }
  assert.equal((await state()).counters.connections, 0);
});

test("reports are typed, frozen and print as tables", async () => {
  const limits = [{ group: "each_operation", limit: 2, window: 30_000, rule: "window" }];
  const { kakiyo } = await service.team({ limits, budget: 9, store: "process" });
  await kakiyo.verify();
  await kakiyo.verify();
  const [quota, credits, told] = [
    await kakiyo.quota(),
    await kakiyo.credits(),
    await kakiyo.explain("verify"),
  ];
  const [group] = quota.groups;
  assert.deepEqual(
    { ...group },
    { name: "verify", limit: 2, windowMs: 30_000, held: 2, inFlight: 0, pausedForMs: 0 },
  );
  assert.ok(told.parts[0].startsInMs > 20_000 && told.endsInMs > 20_000, String(told));
  assert.deepEqual(
    { ...credits.budgets[0] },
    { on: "team", per: "client", cap: 9, spent: { min: 2, max: 2 }, reserved: 0, left: 7 },
  );
  for (const [report, type, words] of [
    [quota, QuotaReport, "2 of 2"],
    [credits, CreditsReport, "spent today"],
    [told, Explanation, "1 calls, 1 credits"],
  ]) {
    assert.ok(report instanceof type);
    assert.ok(String(report).includes(words), String(report));
    assert.equal(inspect(report), String(report));
    assert.match(report.toHtml(), /^<table>/);
    assert.ok(Object.isFrozen(report));
    assert.throws(() => (report.store = "x"), TypeError);
    assert.ok(JSON.stringify(report).length > 20);
  }
});

test("events are heard while calls are under way, and never in their way", async () => {
  const heard = [];
  const limits = [{ group: "each_operation", limit: 1, window: 3_000 }];
  const { kakiyo, state } = await service.team({
    limits,
    onEvent: async (event) => heard.push([event, (await state()).counters.calls]),
  });
  await kakiyo.verify();
  await kakiyo.verify();
  await settled();
  assert.equal(heard.length, 1);
  const [[event, calls]] = heard;
  assert.equal(calls, 1);
  assert.deepEqual([event.kind, event.level, event.operation], ["waiting", "info", "verify"]);
  assert.ok(event.details.seconds > 0 && event.details.seconds <= 3);
  assert.match(event.message, /^waiting /);
});

test("budgets, credits and rejections are told", async () => {
  const heard = [];
  const onEvent = ({ kind, details }) => heard.push([kind, details.percent]);
  const first = await service.team({ budget: 6, onEvent }, { credits: 4 });
  for (let calls = 0; calls < 4; calls += 1) await first.kakiyo.verify();
  await assert.rejects(first.kakiyo.withOptions({ timeout: 5_000 }).verify(), OutOfCreditsError);
  await settled();
  assert.deepEqual(heard.slice(0, 2), [
    ["budget", 50],
    ["out_of_credits", undefined],
  ]);
  heard.length = 0;
  const limits = [{ group: "each_operation", limit: 5 }];
  const second = await service.team({ limits, maxRetries: 0, onEvent });
  await second.kakiyo.verify();
  await second.script({ status: 429, body: {} });
  await assert.rejects(second.kakiyo.verify(), RateLimitedError);
  await settled();
  assert.deepEqual(heard, [["restrained", undefined]]);
});

test("a listener that fails breaks nothing, and is told of", async () => {
  const { code, stdout, stderr } = await run(`
    import { Kakiyo, Sandbox } from ${JSON.stringify(esm)};
    process.on("warning", ({ message }) => console.log(message));
    const sandbox = await Sandbox.start({ unlimited: true });
    const options = { apiKey: sandbox.apiKey, baseUrl: sandbox.baseUrl, limits: "unlimited", budget: 2 };
    await new Kakiyo({ ...options, onEvent() { throw new Error("the log is full"); } }).verify();
    await sandbox.close();
  `);
  assert.equal(code, 0, stderr);
  assert.equal(stdout.trim(), "onEvent failed: Error: the log is full");
});

test("NODE_DEBUG=kakiyo logs events", async () => {
  const program = `
    import { Kakiyo, Sandbox } from ${JSON.stringify(esm)};
    const sandbox = await Sandbox.start({ unlimited: true });
    const { apiKey, baseUrl } = sandbox;
    await new Kakiyo({ apiKey, baseUrl, limits: "unlimited", budget: 2 }).verify();
    await sandbox.close();
  `;
  const { code, stderr } = await run(program, { env: { NODE_DEBUG: "kakiyo" } });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /KAKIYO \d+: budget: 50 % of the /);
});
