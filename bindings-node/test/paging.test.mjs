// Paginators are lazy and can be walked by rows, by pages, or at once.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ConversationStatus, DecodeError, NotFoundError } from "../dist/esm/index.js";
import { useSandbox } from "./support/sandbox.mjs";

const service = useSandbox();
const rows = (from, count) =>
  Array.from({ length: count }, (_, index) => ({ id: `chat-${from + index}`, status: 4 }));
const pageOf = (from, count, more) => ({ headers: { "x-has-more": String(more) }, body: rows(from, count) });

async function walked() {
  const team = await service.team();
  await team.script(pageOf(0, 2, true), pageOf(2, 2, true), pageOf(4, 1, false));
  const list = (options) =>
    team.kakiyo.prospects.list("camp/1", { status: ConversationStatus.REPLIED }, options);
  const requests = async () =>
    (await service.sandbox.control("GET", `/_sandbox/requests?team=${team.team}`)).requests;
  return { ...team, list, requests };
}

test("nothing is sent before the walk", async () => {
  const { list, requests } = await walked();
  list().pages();
  list()[Symbol.asyncIterator]();
  assert.equal((await requests()).length, 0);
});

test("rows come across pages, and a page is fetched when it is needed", async () => {
  const { list, requests } = await walked();
  const ids = [];
  for await (const chat of list({ pageSize: 2 })) {
    ids.push(chat.id);
    assert.equal((await requests()).length, Math.ceil(ids.length / 2));
  }
  assert.deepEqual(
    ids,
    rows(0, 5).map((row) => row.id),
  );
  const [first, second] = await requests();
  assert.equal(first.path, "/v1/prospects/campaign/camp%2F1");
  assert.deepEqual(Object.fromEntries(first.query), { status: "4", limit: "2" });
  assert.deepEqual(Object.fromEntries(second.query), { status: "4", limit: "2", offset: "2" });
});

test("break stops the walk, and a paginator can be walked again", async () => {
  const { list, script, requests } = await walked();
  const paginator = list({ pageSize: 2 });
  for await (const _ of paginator) break;
  assert.equal((await requests()).length, 1);
  await script(pageOf(0, 2, false));
  assert.equal((await paginator.collect()).length, 3);
});

test("a page is an array that knows its call", async () => {
  const { list } = await walked();
  const { data: page, meta } = await list({ pageSize: 2 }).page().withMeta();
  assert.ok(Array.isArray(page) && page.length === 2);
  assert.equal(page.hasMore, true);
  assert.equal(page.total, undefined);
  assert.equal(page.meta.status, 200);
  assert.deepEqual(page.meta, meta);
  assert.deepEqual(
    page.map((chat) => chat.status),
    [4, 4],
  );
  assert.equal(page.slice(1).constructor, Array);
  assert.equal(JSON.stringify(page), JSON.stringify(rows(0, 2)));
});

test("pages carry the sum of the walk", async () => {
  const { list } = await walked();
  const attempts = [];
  for await (const page of list({ pageSize: 2 }).pages()) {
    attempts.push([page.meta.attempts, page.sum.attempts, page.sum.credits.max]);
  }
  assert.deepEqual(attempts, [
    [1, 1, 1],
    [1, 2, 2],
    [1, 3, 3],
  ]);
});

test("collect walks up to maxItems and asks for no more", async () => {
  const { list, requests } = await walked();
  const { data, meta } = await list({ pageSize: 2 }).collect(3).withMeta();
  assert.equal(data.length, 3);
  assert.equal(meta.attempts, 2);
  assert.deepEqual(
    (await requests()).map(({ query }) => Object.fromEntries(query).limit),
    ["2", "1"],
  );
  assert.deepEqual(await list({ maxItems: 0 }).collect(), []);
});

test("rows beyond what was asked for are cut", async () => {
  const { kakiyo, script } = await service.team();
  await script({ body: rows(0, 5) }, { body: rows(0, 5) });
  assert.equal((await kakiyo.prospects.list("c").collect(3)).length, 3);
  assert.equal((await kakiyo.prospects.list("c", {}, { maxItems: 2 }).page()).length, 2);
});

test("a server that repeats itself ends the walk with an error", async () => {
  const { kakiyo, script } = await service.team();
  await script(pageOf(0, 2, true), pageOf(0, 2, true));
  await assert.rejects(kakiyo.prospects.list("c").collect(), DecodeError);
});

test("errors come from the walk, and the walk is over", async () => {
  const { kakiyo } = await service.team();
  const pages = kakiyo.prospects.list("nobody").pages();
  await assert.rejects(pages.next(), NotFoundError);
  assert.deepEqual(await pages.next(), { value: undefined, done: true });
});

test("search pages are normalised and counted", async () => {
  const { kakiyo, script } = await service.team();
  await script({
    body: { prospects: [{ id: "person", isPaused: true, new: 1 }], pagination: { total: 9, hasMore: false } },
  });
  const page = await kakiyo.prospects.search({ hasResponded: true }).page();
  assert.equal(page.total, 9);
  assert.equal(page.hasMore, false);
  assert.deepEqual([...page], [{ new: 1, paused: true, prospectId: "person" }]);
});

test("collect counts the calls that brought no rows, too", async () => {
  const { kakiyo, script } = await service.team();
  const more = { "x-has-more": "true" };
  await script({ body: rows(0, 2), headers: more }, { body: [], headers: more });
  const { data, meta } = await kakiyo.prospects.list("c", {}, { pageSize: 2 }).collect().withMeta();
  assert.deepEqual([data.length, meta.attempts], [2, 2]);
});

test("the untouched body is at hand whatever form the rows were brought into", async () => {
  const { kakiyo, script } = await service.team();
  const body = { prospects: [{ id: "person", isPaused: true }], pagination: { hasMore: false } };
  await script({ body }, { body: rows(0, 1), headers: { "x-has-more": "false" } });
  const found = await kakiyo.prospects.search().page();
  assert.equal(found[0].prospectId, "person");
  assert.deepEqual(JSON.parse(found.raw), body);
  const { data, raw } = await kakiyo.prospects.list("c").page().withMeta();
  assert.deepEqual(JSON.parse(raw), [...data]);
});
