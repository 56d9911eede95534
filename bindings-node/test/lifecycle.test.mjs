// The process ends when it should, stays while a call is under way, and its event loop is never blocked.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ConfigError, Kakiyo } from "../dist/esm/index.js";
import { esm, run } from "./support/process.mjs";
import { useSandbox } from "./support/sandbox.mjs";
import { hangingServer } from "./support/server.mjs";

const service = useSandbox();
const key = "k".repeat(40);

test("the process ends with an open client and an open sandbox", { timeout: 30_000 }, async () => {
  const program = `
    import { Kakiyo, Sandbox } from ${JSON.stringify(esm)};
    const sandbox = await Sandbox.start();
    const kakiyo = new Kakiyo({ apiKey: () => sandbox.apiKey, baseUrl: sandbox.baseUrl });
    const walk = kakiyo.campaigns.list().pages();
    await walk.next();
    process.stdout.write((await kakiyo.verify()).status);
  `;
  const { code, signal, stdout, stderr } = await run(program);
  assert.deepEqual({ code, signal, stdout }, { code: 0, signal: null, stdout: "success" }, stderr);
});

test("a call under way keeps the process alive until it settles", { timeout: 30_000 }, async () => {
  const { apiKey, script } = await service.team();
  await script({ delayMs: 300, body: { status: "late" } });
  const program = `
    import { Kakiyo } from ${JSON.stringify(esm)};
    const kakiyo = new Kakiyo({ apiKey: ${JSON.stringify(apiKey)}, baseUrl: ${JSON.stringify(service.sandbox.baseUrl)} });
    process.stdout.write((await kakiyo.verify()).status);
  `;
  const { code, stdout, stderr } = await run(program);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: "late" }, stderr);
});

test("process.exit with calls under way is clean", { timeout: 30_000 }, async () => {
  const server = await hangingServer();
  const program = `
    import { Kakiyo } from ${JSON.stringify(esm)};
    const kakiyo = new Kakiyo({ apiKey: "k".repeat(40), baseUrl: ${JSON.stringify(server.baseUrl)}, timeout: 30 });
    for (let call = 0; call < 20; call += 1) kakiyo.verify().catch(() => {});
    setTimeout(() => process.exit(7), 30);
  `;
  const { code, signal, stderr } = await run(program);
  server.close();
  assert.deepEqual({ code, signal }, { code: 7, signal: null }, stderr);
});

test("worker threads work, and one may be ended during a call", { timeout: 30_000 }, async () => {
  const { apiKey } = await service.team();
  const server = await hangingServer();
  const work = (baseUrl) => `
    import { parentPort } from "node:worker_threads";
    import { Kakiyo } from ${JSON.stringify(esm)};
    const kakiyo = new Kakiyo({ apiKey: ${JSON.stringify(apiKey)}, baseUrl: ${JSON.stringify(baseUrl)}, timeout: 200 });
    const call = kakiyo.verify();
    parentPort.postMessage("started");
    parentPort.postMessage((await call).status);
  `;
  const program = `
    import { once } from "node:events";
    import { Worker } from "node:worker_threads";
    const start = (code) => new Worker(new URL("data:text/javascript," + encodeURIComponent(code)));
    const good = start(${JSON.stringify(work(service.sandbox.baseUrl))});
    const messages = [];
    good.on("message", (message) => messages.push(message));
    const exit = once(good, "exit");
    const hanging = start(${JSON.stringify(work(server.baseUrl))});
    await once(hanging, "message");
    await hanging.terminate();
    await exit;
    // Longer than the time-out of the call: its outcome finds no event loop.
    await new Promise((resolve) => setTimeout(resolve, 400));
    process.stdout.write(messages.join());
  `;
  const { code, signal, stdout, stderr } = await run(program);
  server.close();
  assert.deepEqual({ code, signal, stdout }, { code: 0, signal: null, stdout: "started,success" }, stderr);
});

test("the event loop turns while a call hangs", { timeout: 20_000 }, async () => {
  const server = await hangingServer();
  const kakiyo = new Kakiyo({ apiKey: key, baseUrl: server.baseUrl, timeout: 400, maxRetries: 0 });
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const error = await kakiyo.verify().catch((error) => error);
  clearInterval(timer);
  server.close();
  assert.equal(error.kind, "timeout");
  assert.ok(turns > 20, `${turns} turns`);
});

test("close refuses new calls and waits for those under way", { timeout: 20_000 }, async () => {
  const { kakiyo, script } = await service.team();
  await script({ delayMs: 100, body: { status: "late" } });
  const copy = kakiyo.withOptions({ timeout: 5_000 });
  let settled = false;
  const call = kakiyo.verify().then(() => (settled = true));
  await kakiyo.close();
  assert.ok(settled);
  await call;
  for (const client of [kakiyo, copy]) {
    await assert.rejects(client.verify(), ConfigError);
    await assert.rejects(client.campaigns.list().page(), ConfigError);
  }
  await kakiyo.close();
});

test("a client closes with its scope", async (t) => {
  if (Symbol.asyncDispose === undefined) {
    t.skip("this Node has no Symbol.asyncDispose");
    return;
  }
  const { kakiyo } = await service.team();
  await kakiyo[Symbol.asyncDispose]();
  await assert.rejects(kakiyo.verify(), ConfigError);
});
