// The second client: its options, its results, its idempotency keys.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import {
  ConfigError,
  InvalidRequestError,
  Kaiko,
  Kakiyo,
  KakiyoError,
  ServerError,
} from "../dist/esm/index.js";
import { useSandbox } from "./support/sandbox.mjs";

const service = useSandbox();
const emotion = { category: "joy", intensity: 0.8, scores: { joy: 0.8, fear: 0.1 } };
const analysis = { emotions: { user: emotion }, model: "emotion-v2" };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function kaiko(options = {}) {
  const team = await service.team();
  const { baseUrl } = service.sandbox;
  const client = new Kaiko({
    apiKey: team.apiKey,
    baseUrl,
    auth: "bearer",
    limits: "unlimited",
    retryDelay: 1,
    ...options,
  });
  const requests = async () =>
    (await service.sandbox.control("GET", `/_sandbox/requests?team=${team.team}`)).requests;
  return { ...team, kaiko: client, requests };
}

test("a text is analysed", async () => {
  const { kaiko: client, script, requests } = await kaiko();
  await script({ body: analysis });
  const { data, meta } = await client.emotions.analyze("At last, it works.").withMeta();
  assert.equal(data.primary.category, "joy");
  assert.deepEqual(data.emotions.user.scores, { joy: 0.8, fear: 0.1 });
  assert.deepEqual(meta.credits, { min: 0, max: 0 });
  const [request] = await requests();
  assert.equal(request.method, "POST");
  assert.match(request.path, /\/v2\/emotions\/analysis$/);
  assert.equal(Object.fromEntries(request.headers)["x-api-key"], undefined);
});

test("placeholders are there to be seen", async () => {
  const { kaiko: client, script } = await kaiko();
  const answer = { body: { ...analysis, isFallback: true, dataQuality: "fallback" } };
  await script(answer, answer);
  const data = await client.emotions.analyze("At last, it works.");
  assert.equal(data.isFallback, true);
  const shown = inspect(data);
  assert.match(shown, /isFallback: true/);
  assert.match(shown, /dataQuality: 'fallback'/);
  await assert.rejects(
    client.emotions.analyze("x", {}, { failOnFallback: true, maxRetries: 0 }),
    KakiyoError,
  );
});

test("a key of the caller goes with the call, or one is made", async () => {
  const { kaiko: client, script, requests } = await kaiko();
  await script({ body: analysis }, { body: analysis }, { body: {} });
  const given = await client.emotions.analyze("x", {}, { idempotencyKey: "order-7" }).withMeta();
  assert.equal(given.meta.idempotencyKey, "order-7");
  const made = (await client.emotions.analyze("x").withMeta()).meta.idempotencyKey;
  assert.match(made, UUID);
  const raw = (await client.raw("POST", "/v2/new", { body: {} }).withMeta()).meta.idempotencyKey;
  assert.match(raw, UUID);
  const keys = (await requests()).map(({ headers }) => Object.fromEntries(headers)["idempotency-key"]);
  assert.deepEqual(keys, ["order-7", made, raw]);
});

test("a failed call tells its key", async () => {
  const { kaiko: client, script } = await kaiko();
  await script({ status: 500, body: { error: { type: "server_error", code: "internal", message: "no" } } });
  const call = client.emotions.analyze("x", {}, { maxRetries: 0, idempotencyKey: "order-8" });
  const error = await call.catch((error) => error);
  assert.ok(error instanceof ServerError);
  assert.deepEqual([error.idempotencyKey, error.type, error.code], ["order-8", "server_error", "internal"]);
});

test("wrong keys, and keys where none is carried, are refused", async () => {
  const { kaiko: client, kakiyo, state } = await kaiko();
  const refused = (error) =>
    error instanceof InvalidRequestError && error.details[0].field === "idempotencyKey";
  for (const idempotencyKey of ["", "a b", "a\nb", "ü", "x".repeat(256), 7]) {
    await assert.rejects(
      client.emotions.analyze("x", {}, { idempotencyKey }),
      refused,
      String(idempotencyKey),
    );
  }
  await assert.rejects(kakiyo.verify({ idempotencyKey: "order-9" }), refused);
  assert.equal((await state()).counters.connections, 0);
  assert.equal((await kakiyo.verify().withMeta()).meta.idempotencyKey, undefined);
});

test("wrong options are named", () => {
  const good = { apiKey: "k".repeat(40), baseUrl: "http://127.0.0.1:1" };
  const wrong = { environment: ["moon", 7], auth: ["basic", ["bearer"]], onWarning: ["log", 7, null] };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      const options = field === "environment" ? { apiKey: good.apiKey } : good;
      assert.throws(
        () => new Kaiko({ ...options, [field]: value }),
        (error) => error instanceof ConfigError && error.details[0].field === field,
        `${field}: ${value}`,
      );
    }
  }
  assert.throws(() => new Kakiyo({ ...good, environment: "production" }), ConfigError);
});

test("a copy is of its own kind, and closes with its scope", async () => {
  const { kaiko: client, script } = await kaiko();
  await script({ body: analysis });
  const copy = client.withOptions({ timeout: 5_000 });
  assert.ok(copy instanceof Kaiko);
  assert.equal((await copy.emotions.analyze("x")).primary.category, "joy");
  await copy.close();
  await assert.rejects(client.emotions.analyze("x"), ConfigError);
  assert.equal(typeof client[Symbol.asyncDispose], "function");
});
