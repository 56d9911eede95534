// Every kind of error has its class and its fields, starts in the caller's code, and never shows the key.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import * as kakiyoModule from "../dist/esm/index.js";
import { errorFrom } from "../dist/esm/errors.js";
import { addon } from "../dist/esm/native.js";
import { useSandbox } from "./support/sandbox.mjs";
import { hangingServer } from "./support/server.mjs";

const { Kakiyo, KakiyoError } = kakiyoModule;
const service = useSandbox();
const product = { name: "Audit", description: "A two-week review." };
const caught = (promise) =>
  promise.then(
    () => assert.fail("it settled well"),
    (error) => error,
  );

const classOf = (kind) =>
  `${kind
    .split("_")
    .map((word) => word[0].toUpperCase() + word.slice(1))
    .join("")}Error`;

test("the table has a class for every kind that the library knows", () => {
  const { kinds } = JSON.parse(addon().about());
  assert.equal(kinds.length, 17);
  for (const kind of kinds) {
    const type = kakiyoModule[classOf(kind)];
    const error = errorFrom({ kind, message: "m" });
    assert.equal(error.constructor, type, kind);
    assert.equal(type.kind, kind);
    assert.ok(error instanceof type && error instanceof KakiyoError && error instanceof Error);
    assert.equal(error.name, kind === "cancelled" ? "AbortError" : classOf(kind));
    for (const other of kinds.filter((other) => other !== kind)) {
      assert.ok(!(error instanceof kakiyoModule[classOf(other)]));
    }
  }
});

test("answers of the server become the errors of their kind", { timeout: 30_000 }, async () => {
  const cases = [
    ["auth", { status: 401 }],
    ["out_of_credits", { status: 402 }],
    ["permission", { status: 403 }],
    ["not_found", { status: 404, body: { error: "campaign_not_found", message: "Gone" } }],
    ["conflict", { status: 409 }],
    ["rate_limited", { status: 429, headers: { "retry-after": "2", "x-request-id": "r-1" } }],
    ["server", { status: 500, bodyText: "oops" }],
    ["decode", { status: 200, bodyText: "<html>" }],
    ["connection", { reset: "before" }],
  ];
  for (const [kind, answer] of cases) {
    const { kakiyo, script } = await service.team({ maxRetries: 0 });
    await script(answer);
    const error = await caught(kakiyo.verify());
    assert.equal(error.kind, kind);
    assert.ok(error instanceof kakiyoModule[classOf(kind)], kind);
    assert.equal(error.operation, "verify");
    assert.equal(error.attempts, 1);
    assert.equal(error.status, answer.status);
    if (kind === "not_found") {
      assert.equal(error.code, "campaign_not_found");
      assert.match(error.body, /Gone/);
      assert.match(error.headers["content-type"], /^application\/json/);
    }
    if (kind === "rate_limited") {
      assert.equal(error.retryAfterMs, 2_000);
      assert.equal(error.requestId, "r-1");
      assert.equal(error.safeToRetry, true);
    }
  }
});

test("a lost write has an unknown outcome, a late read a time-out, a full window a refused wait", async () => {
  const lost = await service.team({ maxRetries: 0 });
  await lost.script({ reset: "after" });
  assert.ok((await caught(lost.kakiyo.products.create(product))) instanceof kakiyoModule.OutcomeUnknownError);

  const late = await service.team({ maxRetries: 0, timeout: 50 });
  await late.script({ hang: true });
  assert.ok((await caught(late.kakiyo.verify())) instanceof kakiyoModule.TimeoutError);

  const limits = [{ group: "team", limit: 1, window: 60_000 }];
  const full = await service.team({ limits, maxWait: 0 });
  await full.kakiyo.verify();
  const refused = await caught(full.kakiyo.verify());
  assert.ok(refused instanceof kakiyoModule.WaitRefusedError);
  assert.ok(refused.retryAfterMs > 1_000);
});

test("the stack starts in the caller's code", async () => {
  const { kakiyo } = await service.team();
  const calls = {
    create: () => kakiyo.products.create({ name: "x", description: "y" }),
    page: () => kakiyo.prospects.list("").page(),
    collect: () => kakiyo.prospects.list("").collect(),
    walk: async () => {
      for await (const _ of kakiyo.prospects.list(""));
    },
    raw: () => kakiyo.raw("GET", "nowhere"),
  };
  for (const [name, call] of Object.entries(calls)) {
    async function theCaller() {
      return await call();
    }
    const { stack, message } = await caught(theCaller());
    const [head, first] = stack.split("\n");
    assert.equal(head, `InvalidRequestError: ${message}`);
    assert.match(first, /errors\.test\.mjs/, `${name}: ${stack}`);
  }
  assert.throws(
    () => new Kakiyo({ apiKey: 1 }),
    ({ stack }) => /errors\.test\.mjs/.test(stack.split("\n")[1]),
  );
});

test("the key is never printed", { timeout: 20_000 }, async () => {
  const { kakiyo, apiKey, script } = await service.team({ maxRetries: 0 });
  const shown = (value) =>
    [inspect(value, { depth: 9, showHidden: true }), String(value?.stack ?? ""), JSON.stringify(value)].join(
      "\n",
    );
  const server = await hangingServer();
  await script({ status: 401, body: { message: `bad key` } }, { status: 500 });
  const texts = [
    shown(kakiyo),
    shown(await caught(kakiyo.verify())),
    shown(await caught(kakiyo.verify())),
    shown(await caught(new Kakiyo({ apiKey, baseUrl: server.baseUrl, timeout: 50, maxRetries: 0 }).verify())),
  ];
  server.close();
  try {
    new Kakiyo({ apiKey: `${apiKey} ${apiKey}` });
  } catch (error) {
    texts.push(shown(error));
  }
  assert.equal(texts.length, 5);
  for (const text of texts) {
    assert.ok(!text.includes(apiKey), text);
  }
});

test("headers and body of an answer are there but not printed", async () => {
  const { kakiyo, script } = await service.team({ maxRetries: 0 });
  await script({ status: 500, headers: { "x-person": "jane" }, body: { person: "jane" } });
  const error = await caught(kakiyo.verify());
  assert.equal(error.headers["x-person"], "jane");
  assert.equal(error.body, '{"person":"jane"}');
  assert.ok(!inspect(error).includes("jane") && !JSON.stringify(error).includes("jane"));
});
