// Lead files are read off the event loop; faults are errors with a code.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";

import { InvalidRequestError, parseProfileUrl, planLeads, readProfileUrls } from "../dist/esm/index.js";

const folder = mkdtempSync(join(tmpdir(), "kakiyo-"));
after(() => rmSync(folder, { recursive: true }));
const csv = "Name,LinkedIn\nJane,https://www.linkedin.com/in/Jane/\nJane,linkedin.com/in/jane\nJoe,nowhere\n";

test("a plan is the same from a path, an address and bytes", async () => {
  const path = join(folder, "leads.csv");
  writeFileSync(path, csv);
  const plans = await Promise.all([
    planLeads(path),
    planLeads(pathToFileURL(path)),
    planLeads(Buffer.from(csv)),
  ]);
  for (const plan of plans) {
    assert.deepEqual(plan, plans[0]);
  }
  const [{ rows, unique, duplicates, invalid, leads, credits, submitCalls }] = plans;
  assert.deepEqual(
    { rows, unique, duplicates, invalid, submitCalls },
    { rows: 3, unique: 1, duplicates: 1, invalid: 1, submitCalls: 1 },
  );
  assert.equal(leads[0].url, "https://linkedin.com/in/jane");
  assert.deepEqual(credits, { min: 2, max: 4 });
});

test("columns can be named", async () => {
  const file = new TextEncoder().encode("a,b\nhttps://linkedin.com/in/x,X\n");
  const { leads } = await planLeads(file, { columns: { url: "a", name: "b" } });
  assert.equal(leads[0].name, "X");
  const { profiles } = await readProfileUrls(file, { columns: { url: "a" } });
  assert.deepEqual(profiles[0].identity, { kind: "slug", value: "x" });
});

test("faults of a file are errors with a code", async () => {
  await assert.rejects(
    planLeads(join(folder, "none.csv")),
    (error) => error instanceof InvalidRequestError && error.code === "not_found",
  );
  await assert.rejects(
    planLeads(Buffer.from("")),
    (error) => error instanceof InvalidRequestError && error.code === "empty",
  );
  for (const source of [7, null, undefined, {}, new URL("https://example.com/x")]) {
    await assert.rejects(planLeads(source), InvalidRequestError);
  }
  await assert.rejects(planLeads(Buffer.from(csv), { colums: {} }), InvalidRequestError);
});

test("a profile address has one identity", () => {
  assert.deepEqual(parseProfileUrl("LinkedIn.com/in/Jane/?x=1"), {
    kind: "slug",
    value: "jane",
    url: "https://linkedin.com/in/jane",
  });
  assert.throws(
    () => parseProfileUrl("https://linkedin.com/company/x"),
    (error) => error instanceof InvalidRequestError && error.code !== undefined,
  );
  assert.throws(() => parseProfileUrl(7), InvalidRequestError);
});
