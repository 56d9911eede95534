// What is not spent: adds that travel together, answers from memory, shared reads.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ConfigError, InvalidRequestError, Kaiko, Kakiyo } from "../dist/esm/index.js";
import { useSandbox } from "./support/sandbox.mjs";

const service = useSandbox();
const person = (number) => ({ name: `N ${number}`, url: `https://linkedin.com/in/n${number}` });

async function counted(team) {
  const { requests } = await service.sandbox.control("GET", `/_sandbox/requests?team=${team}`);
  return requests.length;
}

test("single adds travel together, and a bad one fails alone", async () => {
  const { kakiyo, team, script } = await service.team({ coalesce: { linger: 200, size: 50 } });
  await script(...Array.from({ length: 3 }, () => ({ body: { listId: "l", count: 50 } })));
  const adds = Array.from({ length: 120 }, (_, index) =>
    kakiyo.prospects.add({ campaignId: "c", ...person(index) }).withMeta(),
  );
  await assert.rejects(kakiyo.prospects.add({ campaignId: "c", name: "", url: "x" }), InvalidRequestError);
  const ended = await Promise.all(adds);
  assert.equal(await counted(team), 3);
  const { saved } = await kakiyo.credits();
  assert.equal(saved.coalescing, 117);
  assert.equal(
    ended.reduce((sum, { meta }) => sum + meta.saved, 0),
    117,
  );
});

test("closing sends what lingers", async () => {
  const { kakiyo, team, script } = await service.team({ coalesce: { linger: 50_000 } });
  await script({ body: { listId: "l", count: 2 } });
  const adds = [1, 2].map((number) => kakiyo.prospects.add({ campaignId: "c", ...person(number) }));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(await counted(team), 0);
  await kakiyo.close();
  await Promise.all(adds);
  assert.equal(await counted(team), 1);
});

test("answers come from memory, and equal reads are one call", async () => {
  const { kakiyo, team } = await service.team({ cache: 60_000, shareReads: true });
  const first = await kakiyo.models.list().withMeta();
  const again = await kakiyo.models.list().withMeta();
  assert.deepEqual(again.data, first.data);
  assert.deepEqual([first.meta.saved, again.meta.saved, again.meta.attempts], [0, 1, 0]);
  assert.equal(await counted(team), 1);
  await Promise.all(Array.from({ length: 20 }, () => kakiyo.verify()));
  const { saved } = await kakiyo.credits();
  assert.equal(saved.caching, 1);
  assert.equal(saved.sharing, 21 - (await counted(team)));
});

test("wrong options are named", () => {
  for (const [options, field] of [
    [{ coalesce: "yes" }, "coalesce"],
    [{ coalesce: { size: 0 } }, "coalesce.size"],
    [{ cache: true }, "cache"],
    [{ cache: -1 }, "cache"],
    [{ shareReads: 1 }, "shareReads"],
  ]) {
    assert.throws(
      () => new Kakiyo({ apiKey: "k".repeat(40), baseUrl: "http://127.0.0.1:9/v1", ...options }),
      (error) => error instanceof ConfigError && error.details[0].field === field,
      JSON.stringify(options),
    );
  }
  assert.throws(() => new Kaiko({ apiKey: "k".repeat(40), checkKey: false, coalesce: true }), ConfigError);
});
