// AbortSignals stop the native request, on the wire, and leave nothing behind.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { getEventListeners } from "node:events";
import { test } from "node:test";

import { CancelledError, Kakiyo, OutcomeUnknownError } from "../dist/esm/index.js";
import { esm } from "./support/process.mjs";
import { useSandbox } from "./support/sandbox.mjs";
import { hangingServer } from "./support/server.mjs";

const ROUNDS = Number(process.env.KAKIYO_ABORT_ROUNDS ?? 3);
const service = useSandbox();
const product = { name: "Audit", description: "A two-week review." };

const clientOf = (server) =>
  new Kakiyo({ apiKey: "k".repeat(40), baseUrl: server.baseUrl, limits: "unlimited", maxRetries: 0 });

test("an abort closes the connection on the wire", { timeout: 60_000 }, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const server = await hangingServer();
    const program = `
      import { Kakiyo } from ${JSON.stringify(esm)};
      const kakiyo = new Kakiyo({ apiKey: "k".repeat(40), baseUrl: ${JSON.stringify(server.baseUrl)} });
      const controller = new AbortController();
      const call = kakiyo.verify({ signal: controller.signal }).catch((error) => error);
      process.stdin.once("data", () => controller.abort());
      const error = await call;
      process.stdout.write(error.kind + " " + error.name);
      process.stdin.once("data", () => process.exit());
    `;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      stdio: ["pipe", "pipe", "inherit"],
      timeout: 20_000,
      killSignal: "SIGKILL",
    });
    const request = await server.next();
    child.stdin.write("abort\n");
    const [output] = await Promise.all([
      new Promise((resolve) => child.stdout.once("data", (text) => resolve(String(text)))),
      // The process is still alive: it is the abort that closes the connection.
      request.closed,
    ]);
    assert.equal(output, "cancelled AbortError");
    assert.equal(child.exitCode, null);
    child.stdin.end("exit\n");
    server.close();
  }
});

test("the sandbox sees the request go away", { timeout: 20_000 }, async () => {
  const { kakiyo, script, state } = await service.team();
  await script({ hang: true });
  const controller = new AbortController();
  const call = kakiyo.verify({ signal: controller.signal });
  while ((await state()).counters.inFlight === 0);
  const reason = new Error("enough");
  controller.abort(reason);
  const error = await call.catch((error) => error);
  assert.ok(error instanceof CancelledError);
  assert.equal(error.cause, reason);
  assert.equal(error.safeToRetry, true);
  while ((await state()).counters.aborted === 0);
});

test("an aborted write says that its outcome is unknown", { timeout: 20_000 }, async () => {
  const server = await hangingServer();
  const controller = new AbortController();
  const call = clientOf(server).products.create(product, { signal: controller.signal });
  await server.next();
  controller.abort();
  const error = await call.catch((error) => error);
  assert.ok(error instanceof OutcomeUnknownError);
  assert.equal(error.name, "OutcomeUnknownError");
  assert.equal(error.cause, controller.signal.reason);
  assert.equal(error.safeToRetry, false);
  server.close();
});

test("a signal that was aborted before sends nothing", async () => {
  const { kakiyo, state } = await service.team();
  const signal = AbortSignal.abort();
  for (const call of [
    kakiyo.products.create(product, { signal }),
    kakiyo.verify({ signal }),
    kakiyo.raw("GET", "/verify", { signal }),
    kakiyo.prospects.search({}, { signal }).page(),
    kakiyo.prospects.search({}, { signal }).collect(),
  ]) {
    const error = await call.catch((error) => error);
    assert.equal(error.kind, "cancelled");
    assert.equal(error.attempts, 0);
    assert.deepEqual(error.credits, { min: 0, max: 0 });
  }
  assert.equal((await state()).counters.connections, 0);
});

test("no listener stays on the signal", { timeout: 20_000 }, async () => {
  const { kakiyo, script } = await service.team({ maxRetries: 0 });
  const { signal } = new AbortController();
  await script({ status: 500 });
  await kakiyo.verify({ signal }).catch(() => {});
  await kakiyo.verify({ signal });
  await kakiyo.products.create({ name: "x", description: "y" }, { signal }).catch(() => {});
  await kakiyo.products.create({ name: 1n }, { signal }).catch(() => {});
  await kakiyo.verify({ signal, timeout: "soon" }).catch(() => {});
  for await (const _ of kakiyo.campaigns.list({ signal }));
  assert.equal(getEventListeners(signal, "abort").length, 0);

  const server = await hangingServer();
  const controller = new AbortController();
  const call = clientOf(server).verify({ signal: controller.signal });
  await server.next();
  assert.equal(getEventListeners(controller.signal, "abort").length, 1);
  controller.abort();
  await call.catch(() => {});
  assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  server.close();
});

test("an abort between pages ends the walk", { timeout: 20_000 }, async () => {
  const { kakiyo, script } = await service.team();
  await script({ headers: { "x-has-more": "true" }, body: [{ id: "a" }] }, { hang: true });
  const controller = new AbortController();
  const ids = [];
  await assert.rejects(async () => {
    for await (const chat of kakiyo.prospects.list("c", {}, { signal: controller.signal, pageSize: 1 })) {
      ids.push(chat.id);
      setTimeout(() => controller.abort(), 20);
    }
  }, CancelledError);
  assert.deepEqual(ids, ["a"]);
});
