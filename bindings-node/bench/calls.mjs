/**
 * Calls of this client against fetch and undici, in turns; prints a line of JSON for each comparison.
 *
 * Started by `cargo xtask bench`, which gives address, key, package and number of pairs by the environment.
 */
import { strict as assert } from "node:assert";
import { pathToFileURL } from "node:url";

import { Pool } from "undici";

const { KAKIYO_BENCH_URL: url, KAKIYO_BENCH_KEY: key, KAKIYO_BENCH_PACKAGE: folder } = process.env;
const { Kakiyo } = await import(pathToFileURL(`${folder}/dist/esm/index.js`));
const pairsWanted = Number(process.env.KAKIYO_BENCH_PAIRS);
const headers = { authorization: `Bearer ${key}`, accept: "application/json" };
const tasks = 64;

// Counts every call and holds none back: the whole choke point is measured.
const limits = [{ group: "each_operation", limit: 4_000_000_000, window: 60_000 }];
const kakiyo = new Kakiyo({ apiKey: key, baseUrl: url, limits });
const { origin, pathname } = new URL(`${url}/verify`);
const pool = new Pool(origin, { connections: tasks });

async function ours() {
  assert.equal((await kakiyo.verify()).status, "success");
}

async function withFetch() {
  const answer = await fetch(`${url}/verify`, { headers });
  assert.ok(answer.ok);
  assert.equal((await answer.json()).status, "success");
}

async function withUndici() {
  const answer = await pool.request({ path: pathname, method: "GET", headers });
  assert.equal(answer.statusCode, 200);
  assert.equal((await answer.body.json()).status, "success");
}

async function rate(call, atOnce, calls) {
  const started = performance.now();
  const worker = async () => {
    for (let made = 0; made < calls / atOnce; made += 1) await call();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return calls / ((performance.now() - started) / 1_000);
}

/** Rates of both sides, pair by pair, in changing order, after one pair to warm up. */
async function compare(name, against, theirs, floor, atOnce, calls) {
  const pairs = [];
  for (let pair = 0; pair <= pairsWanted; pair += 1) {
    const rates = new Map();
    for (const side of pair % 2 ? [ours, theirs] : [theirs, ours])
      rates.set(side, await rate(side, atOnce, calls));
    if (pair > 0) pairs.push([rates.get(ours), rates.get(theirs)]);
  }
  console.log(JSON.stringify({ name, against, floor, pairs }));
}

await compare(`Node, ${tasks} at once`, "fetch", withFetch, 3, tasks, 3_200);
await compare(`Node, ${tasks} at once`, "undici Pool", withUndici, null, tasks, 3_200);
await compare("Node, 1 at once", "fetch", withFetch, null, 1, 500);
kakiyo.close();
await pool.close();
