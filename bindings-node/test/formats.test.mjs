// Both formats of the package load, share what has to be shared, and do nothing when they are imported.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import * as esm from "../dist/esm/index.js";
import { cjs, esm as address, run } from "./support/process.mjs";

const commonjs = createRequire(import.meta.url)("../dist/cjs/index.js");

test("both formats export the same", () => {
  assert.deepEqual(Object.keys(commonjs).sort(), Object.keys(esm).sort());
});

test("instanceof works across the formats", async () => {
  const kakiyo = new commonjs.Kakiyo({ apiKey: "k".repeat(40), baseUrl: "http://127.0.0.1:1" });
  const error = await kakiyo.products.create({ name: "a", description: "b" }).catch((error) => error);
  for (const format of [esm, commonjs]) {
    assert.ok(error instanceof format.KakiyoError);
    assert.ok(error instanceof format.InvalidRequestError);
    assert.ok(!(error instanceof format.NotFoundError));
    class Derived extends format.KakiyoError {}
    assert.ok(!(error instanceof Derived));
    assert.ok(!({} instanceof format.KakiyoError) && !(null instanceof format.KakiyoError));
  }
});

test("importing starts nothing and loads nothing native", async () => {
  const program = `
    import { readdirSync, readFileSync } from "node:fs";
    import { createRequire } from "node:module";
    // Node starts threads of its own for files: ours are known by their names.
    const threads = () => (process.platform === "linux" ? readdirSync("/proc/self/task") : [])
      .map((task) => readFileSync("/proc/self/task/" + task + "/comm", "utf8").trim())
      .filter((name) => /kakiyo|tokio/.test(name)).length;
    const { Kakiyo } = await import(${JSON.stringify(address)});
    createRequire(import.meta.url)(${JSON.stringify(cjs)});
    const libraries = process.report.getReport().sharedObjects.filter((name) => name.includes("kakiyo"));
    new Kakiyo({ apiKey: "k".repeat(40), baseUrl: "http://127.0.0.1:1" });
    process.stdout.write(JSON.stringify([threads(), libraries.length]));
  `;
  const { code, stdout, stderr } = await run(program);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "[0,0]");
});

test("the loader names the cause of each failed attempt", async () => {
  const program = `
    import { createRequire } from "node:module";
    const require = createRequire(${JSON.stringify(cjs)});
    Object.defineProperty(process, "arch", { value: "pdp11" });
    try {
      require("./loader.cjs").load();
    } catch (error) {
      process.stdout.write(JSON.stringify([error.message, error.errors.length]));
    }
  `;
  const { stdout, stderr } = await run(program);
  const [message, causes] = JSON.parse(stdout || "[]");
  assert.equal(causes, 2, stderr);
  assert.match(message, /@kakiyo\/linux-pdp11|@kakiyo\/.*pdp11/);
  assert.match(message, /Cannot find module/);
});
