// Every operation of the table is a method that sends its arguments; what it is called with comes from its conformance cases.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { addon } from "../dist/esm/native.js";
import { useSandbox } from "./support/sandbox.mjs";
import { expanded, scripted } from "./support/cases.mjs";
import { helpers, invoke, operations } from "./support/invoke.mjs";

const service = useSandbox();
const cases = new URL("../../tests/conformance/cases/", import.meta.url);

/** The success case of an operation that gives the most arguments. */
function fullestCase(id) {
  const file = new URL(`${id.replace(".", "/")}.json`, cases);
  const own = expanded(JSON.parse(readFileSync(file, "utf8"))).filter(
    ({ operation, expect }) => operation === id && expect.error === undefined,
  );
  assert.ok(own.length > 0, `${id} has no case in which it succeeds`);
  const count = ({ arguments: given = {} }) => Object.keys(given).length;
  return own.reduce((fullest, one) => (count(one) > count(fullest) ? one : fullest));
}

test("the library and the table know the same operations", () => {
  const known = JSON.parse(addon().about()).operations;
  assert.deepEqual([...known].sort(), [...operations, ...helpers].map(({ id }) => id).sort());
});

for (const operation of operations.filter(({ service }) => service === "kakiyo")) {
  test(`${operation.id} sends what it is given`, async () => {
    const { kakiyo, script, team } = await service.team();
    const { arguments: args, exchanges } = fullestCase(operation.id);
    await script(...exchanges.map(({ answer }) => scripted(answer)));
    const result = invoke(kakiyo, operation.id, args);
    await (operation.shape === "page" ? result.page() : result);
    const { requests } = await service.sandbox.control("GET", `/_sandbox/requests?team=${team}`);
    const [{ request: expected }] = exchanges;
    assert.equal(requests[0].method, expected.method);
    assert.equal(requests[0].path, `/v1${expected.path}`);
    assert.deepEqual(requests[0].body, expected.body ?? null);
    const names = (pairs) => Object.keys(pairs).filter((name) => name !== "limit");
    assert.deepEqual(names(Object.fromEntries(requests[0].query)).sort(), names(expected.query ?? {}).sort());
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
