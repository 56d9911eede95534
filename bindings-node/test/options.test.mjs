// Options of a wrong type or value give the project's error, never one of the runtime.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ConfigError, InvalidRequestError, Kakiyo } from "../dist/esm/index.js";
import { useSandbox } from "./support/sandbox.mjs";

const service = useSandbox();
const good = { apiKey: "k".repeat(40), baseUrl: "http://127.0.0.1:1" };

test("wrong client options are errors of kind config", () => {
  const wrong = {
    apiKey: [1, {}, "", "two words", true],
    baseUrl: [1, "nowhere", "http://example.com", ""],
    limits: [
      "many",
      3,
      { preset: "many" },
      [{ group: "all", limit: 1 }],
      [{ group: "team", limit: 0 }],
      [],
      true,
    ],
    timeout: ["soon", -1, Number.NaN, Infinity, {}, 10n],
    maxWait: ["long", -1],
    maxRetries: ["two", -1, 1.5],
    checkKey: ["no", 1],
    proxy: [1],
    caBundle: [{}],
    clientCert: [7],
    userAgent: [7],
    http2: ["yes"],
    connectTimeout: ["soon", -5],
    retryDelay: [() => 1],
    extraHeaders: ["x: y", { x: 1 }, [1]],
    unknown: [1],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      assert.throws(
        () => new Kakiyo({ ...good, [name]: value }),
        (error) =>
          error instanceof ConfigError &&
          error.message.includes(name === "unknown" ? "unknown" : name.slice(0, 5)),
        `${name}: ${String(value)}`,
      );
    }
  }
  for (const options of [null, "key", 7, [], () => {}]) {
    assert.throws(() => new Kakiyo(options), ConfigError, String(options));
  }
});

test("what counts for calls is of kind invalid_request", async () => {
  const { kakiyo, state } = await service.team();
  const wrong = [
    { timeout: "soon" },
    { timeout: -1 },
    { timeout: 0 },
    { maxRetries: 11 },
    { extraHeaders: { authorization: "x" } },
    { extraHeaders: { x: 1 } },
    { extraQuery: { x: { y: 1 } } },
    { signal: "stop" },
    { maxItems: 1 },
    { unknown: 1 },
    null,
    "fast",
  ];
  for (const options of wrong) {
    const name = JSON.stringify(options);
    await assert.rejects(kakiyo.verify(options), InvalidRequestError, name);
    await assert.rejects(kakiyo.raw("GET", "/verify", options ?? "x"), InvalidRequestError, name);
  }
  for (const options of [
    { maxItems: "all" },
    { maxItems: -1 },
    { pageSize: 0 },
    { pageSize: 101 },
    { pageSize: 1.5 },
  ]) {
    await assert.rejects(kakiyo.campaigns.list(options).page(), InvalidRequestError, JSON.stringify(options));
  }
  assert.throws(() => kakiyo.withOptions({ timeout: "soon" }), InvalidRequestError);
  assert.throws(() => kakiyo.withOptions("fast"), InvalidRequestError);
  assert.equal((await state()).counters.connections, 0);
});

test("wrong arguments are refused before they cost a credit", async () => {
  const { kakiyo, state } = await service.team();
  const calls = [
    () => kakiyo.products.create(),
    () => kakiyo.products.create({ name: 7, description: "long enough" }),
    () => kakiyo.products.create({ name: "Audit", description: "long enough", colour: "red" }),
    () => kakiyo.products.create({ name: 1n, description: "long enough" }),
    () => kakiyo.products.create("Audit"),
    () => kakiyo.prospects.list(undefined).page(),
    () => kakiyo.prospects.list("..").page(),
    () => kakiyo.prospects.list({ campaignId: "c" }).page(),
    () => kakiyo.prospects.list("c", { status: Number.NaN }).page(),
    () => kakiyo.campaigns.stats(7),
    () => kakiyo.raw("FETCH", "/verify"),
    () => kakiyo.raw("POST", "/x", { body: { when: () => 1 } }),
  ];
  for (const call of calls) {
    const error = await call().catch((error) => error);
    assert.ok(error instanceof InvalidRequestError, `${call}: ${error}`);
    assert.equal(error.attempts, 0);
  }
  const cycle = {};
  cycle.self = cycle;
  await assert.rejects(kakiyo.raw("POST", "/x", { body: cycle }), InvalidRequestError);
  assert.equal((await state()).counters.connections, 0);
});

test("options reach the wire", async () => {
  const { kakiyo, team } = await service.team({ userAgent: "shop/1", extraHeaders: { "x-a": "1" } });
  const copy = kakiyo.withOptions({ extraHeaders: { "x-b": "2" }, extraQuery: { trace: true } });
  await copy.verify({ extraHeaders: { "x-c": "3" }, extraQuery: { list: ["p", 2] } });
  const { requests } = await service.sandbox.control("GET", `/_sandbox/requests?team=${team}`);
  const headers = Object.fromEntries(requests[0].headers);
  assert.match(headers["user-agent"], /node\/\d+.*shop\/1/);
  assert.deepEqual([headers["x-a"], headers["x-b"], headers["x-c"]], ["1", "2", "3"]);
  assert.deepEqual(requests[0].query, [
    ["trace", "true"],
    ["list", "p"],
    ["list", "2"],
  ]);
});

test("all forms of limits are taken", async () => {
  for (const limits of [
    "auto",
    "published",
    "tiered",
    "unlimited",
    { preset: "published", window: 500 },
    [
      { group: "team", limit: 5, window: 1_000, maxInFlight: 1_000 },
      { group: "tier:low", limit: 5 },
      { group: "operation:verify", limit: 5 },
      { group: "shared:dnc.batch", limit: 5 },
      { group: "each_operation", limit: 5 },
    ],
  ]) {
    const { kakiyo } = await service.team({ limits });
    assert.equal((await kakiyo.verify()).status, "success");
  }
});
