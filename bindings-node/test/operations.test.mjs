// Every operation of the table is a method, and can be called through the helper of the conformance runner.
import assert from "node:assert/strict";
import { test } from "node:test";

import { addon } from "../dist/esm/native.js";
import { useSandbox } from "./support/sandbox.mjs";
import { invoke, operations } from "./support/invoke.mjs";

const service = useSandbox();
const sample = {
  text: "a long enough text",
  integer: 7,
  number: 7,
  boolean: true,
  secret: "hunter2hunter2",
  json: {},
};

function valueOf(type) {
  if (type.kind === "list") {
    return [{ name: "Jane", url: "https://linkedin.com/in/jane" }];
  }
  if (type.kind === "named") {
    return type.of === "code" ? 4 : type.of === "words" ? "qualified" : "id-1";
  }
  return sample[type.kind];
}

test("the library and the table know the same operations", () => {
  const known = JSON.parse(addon().about()).operations;
  assert.deepEqual([...known].sort(), operations.map(({ id }) => id).sort());
  assert.equal(operations.length, 31);
});

for (const operation of operations) {
  test(`${operation.id} sends what it is given`, async () => {
    const { kakiyo, script, team } = await service.team();
    const args = Object.fromEntries(operation.arguments.map(({ wire, type }) => [wire, valueOf(type)]));
    if (operation.id === "dnc.add_batch") {
      args.entries = [{ url: "https://linkedin.com/in/jane" }];
    }
    if (operation.id === "prompts.update") {
      args.followUps = [{ prompt: "Ask one short question.", delay: 4 }];
    }
    await script({ body: operation.shape === "object" ? { id: "x", finished: true, onList: true } : [] });
    const result = invoke(kakiyo, operation.id, args);
    await (operation.shape === "page" ? result.page() : result);
    const { requests } = await service.sandbox.control("GET", `/_sandbox/requests?team=${team}&limit=1`);
    const [request] = requests;
    assert.equal(request.method, operation.method);
    assert.equal(request.path, `/v1${operation.path.replace(/\{.*?\}/g, "id-1")}`);
    const sent = operation.arguments.filter((argument) => !argument.in_path).map(({ wire }) => wire);
    const received = Object.keys(request.body ?? Object.fromEntries(request.query)).filter(
      (name) => name !== "limit",
    );
    assert.deepEqual(received.sort(), sent.sort());
  });
}

test("results are plain objects, with the members that the types do not know", async () => {
  const { kakiyo, script } = await service.team();
  await script({
    status: 201,
    headers: { "x-request-id": "r-9" },
    body: { id: "p", brandNew: { deep: [1] }, message: null },
  });
  const { data, meta } = await kakiyo.products
    .create({ name: "Audit", description: "A two-week review." })
    .withMeta();
  assert.deepEqual(data, { id: "p", brandNew: { deep: [1] }, message: null });
  assert.equal(Object.getPrototypeOf(data), Object.prototype);
  assert.equal(meta.status, 201);
  assert.equal(meta.requestId, "r-9");
  assert.deepEqual(meta.credits, { min: 1, max: 1 });
  assert.ok(meta.elapsedMs > 0 && meta.waitedMs >= 0);
});

test("a raw call gives the untouched answer", async () => {
  const { kakiyo, script } = await service.team();
  await script({ bodyBase64: "/wAB" }, { status: 201, body: { a: 1 } });
  const { data, meta } = await kakiyo.raw("get", "/nowhere").withMeta();
  assert.deepEqual([...data.bytes], [255, 0, 1]);
  assert.equal(meta.status, 200);
  const answer = await kakiyo.raw("POST", "/else", { query: { a: ["x", 1] }, body: [1, "ü"] });
  assert.deepEqual(answer.json(), { a: 1 });
  assert.equal(answer.text(), '{"a":1}');
});

test("the promise of a call is a promise like any other", async () => {
  const { kakiyo } = await service.team();
  const call = kakiyo.verify();
  assert.ok(call instanceof Promise);
  assert.equal(call.then(() => {}).constructor, Promise);
  const [first, second] = await Promise.all([call, kakiyo.verify()]);
  assert.equal(first.status, second.status);
  await kakiyo.verify().finally(() => {});
});
