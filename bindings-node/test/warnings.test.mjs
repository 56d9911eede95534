// Warnings: to the listener or to the process, and never in the way of a call.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Kaiko, NotFoundError } from "../dist/esm/index.js";
import { esm, run } from "./support/process.mjs";
import { useSandbox } from "./support/sandbox.mjs";

const service = useSandbox();
// A key made for staging; the address is that of production, which is never asked here.
const oddKey = `kaiko_test_${"a".repeat(32)}`;
const body = { emotions: { user: { category: "joy" } } };
const headers = { deprecation: "true", sunset: "Tue, 31 Mar 2026 00:00:00 GMT" };
const settled = () => new Promise((resolve) => setImmediate(resolve));

// A route is told of once a process, so each test has a route of its own.

test("a listener hears what opening found", async () => {
  const heard = [];
  const kaiko = new Kaiko({ apiKey: oddKey, onWarning: (warning) => heard.push(warning) });
  kaiko.withOptions({ timeout: 5 });
  await settled();
  assert.equal(heard.length, 1);
  assert.equal(heard[0].kind, "key_environment");
  assert.match(heard[0].message, /made for staging/);
  assert.equal(heard[0].operation, undefined);
  assert.ok(!JSON.stringify(heard).includes(oddKey));
});

test("a listener hears of a retired route, once, with good and bad answers", async () => {
  const heard = [];
  const { apiKey, script } = await service.team();
  const { baseUrl } = service.sandbox;
  const onWarning = ({ kind, operation }) => heard.push([kind, operation]);
  const kaiko = new Kaiko({ apiKey, baseUrl, auth: "bearer", onWarning });
  await script(
    { body, headers },
    { body, headers },
    { status: 404, body: { error: { code: "context_not_found" } }, headers },
  );
  await kaiko.emotions.analyze("x");
  await kaiko.withOptions({ timeout: 5_000 }).emotions.analyze("x");
  await assert.rejects(kaiko.emotions.state("gone"), NotFoundError);
  await settled();
  assert.deepEqual(heard, [
    ["deprecation", "emotions.analyze"],
    ["deprecation", "emotions.state"],
  ]);
});

test("the pages of a walk warn too", async () => {
  const heard = [];
  const { kakiyo, script } = await service.team({ onWarning: (warning) => heard.push(warning.operation) });
  await script({ body: [{ id: "c" }], headers });
  assert.equal((await kakiyo.prospects.list("c", {}, { maxItems: 1 }).collect()).length, 1);
  await settled();
  assert.deepEqual(heard, ["prospects.list"]);
});

/** What a program of its own tells through `process.emitWarning`. */
async function told(program) {
  const { code, stdout, stderr } = await run(`
    import { Kaiko, Sandbox } from ${JSON.stringify(esm)};
    const oddKey = ${JSON.stringify(oddKey)};
    process.on("warning", ({ name, code, message }) => console.log(JSON.stringify({ name, code, message })));
    ${program}
  `);
  assert.equal(code, 0, stderr);
  return stdout
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

test("without a listener the process is told", async () => {
  const warnings = await told(`
    new Kaiko({ apiKey: oddKey });
    new Kaiko({ apiKey: oddKey, checkKey: false });
    const sandbox = await Sandbox.start();
    const answers = [{ body: ${JSON.stringify(body)}, headers: ${JSON.stringify(headers)} }];
    await sandbox.control("POST", "/_sandbox/script", { answers });
    const kaiko = new Kaiko({ apiKey: sandbox.apiKey, baseUrl: sandbox.baseUrl, auth: "bearer" });
    await kaiko.emotions.analyze("x");
    await sandbox.close();
  `);
  assert.deepEqual(
    warnings.map(({ name, code }) => [name, code]),
    [
      ["KakiyoWarning", "key_environment"],
      ["DeprecationWarning", "deprecation"],
    ],
  );
  assert.match(warnings[1].message, /^emotions\.analyze: /);
});

test("a listener that fails breaks nothing, and is told of", async () => {
  const warnings = await told(`
    new Kaiko({ apiKey: oddKey, onWarning() { throw new Error("the log is full"); } });
    new Kaiko({ apiKey: oddKey, async onWarning() { throw new Error("the log is closed"); } });
  `);
  assert.deepEqual(
    warnings.map(({ name, code, message }) => [name, code, message]),
    [
      ["KakiyoWarning", "listener", "onWarning failed: Error: the log is full"],
      ["KakiyoWarning", "listener", "onWarning failed: Error: the log is closed"],
    ],
  );
});
