// Plays the conformance cases through the Node façade: node --test tests/conformance/run_node.mjs
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Kakiyo, KakiyoError, Sandbox } from "../../bindings-node/dist/esm/index.js";
import { invoke } from "../../bindings-node/test/support/invoke.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Spells out the two short forms, see README.md. */
function expanded(value) {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(expanded);
  const [[name, parts] = [], ...rest] = Object.entries(value);
  if (rest.length === 0 && Array.isArray(parts)) {
    if (name === "$repeat") return parts[0].repeat(parts[1]);
    const [count, row, first = 1] = parts;
    if (name === "$rows") return Array.from({ length: count }, (_, index) => numbered(row, first + index));
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, expanded(inner)]));
}

function numbered(row, number) {
  if (typeof row === "string") return row.replaceAll("{n}", number);
  if (typeof row !== "object" || row === null) return row;
  if (Array.isArray(row)) return row.map((item) => numbered(item, number));
  return Object.fromEntries(Object.entries(row).map(([name, inner]) => [name, numbered(inner, number)]));
}

function cases() {
  const top = join(here, "cases");
  const files = readdirSync(top, { recursive: true })
    .filter((name) => name.endsWith(".json"))
    .sort();
  return files
    .flatMap((name) =>
      expanded(JSON.parse(readFileSync(join(top, name), "utf8"))).map((one) => ({ ...one, file: name })),
    )
    .map((one) => ({ ...one, title: `${one.file}: ${one.operation}: ${one.name}` }))
    .filter((one) => one.title.includes(process.env.KAKIYO_CASE ?? ""));
}

/** Times are in milliseconds here. */
function inMilliseconds(options = {}) {
  const times = Object.entries(options).filter(([name]) => name === "timeout" || name === "maxWait");
  return { ...options, ...Object.fromEntries(times.map(([name, seconds]) => [name, seconds * 1000])) };
}

let sandbox, closedPort;
before(async () => {
  sandbox = await Sandbox.start();
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  closedPort = server.address().port;
  await new Promise((resolve) => server.close(resolve));
});
after(() => sandbox.close());

async function prepare(one) {
  const team = await sandbox.addTeam({ credits: 1000 });
  const answers = (one.exchanges ?? []).map(({ answer: { delay, ...answer } }) => ({
    ...answer,
    ...(delay === undefined ? {} : { delayMs: Math.round(delay * 1000) }),
  }));
  await sandbox.control("POST", "/_sandbox/script", { team: team.team, answers, strict: true });
  const { baseUrl = "{sandbox}", closedPort: closed, apiKey = team.apiKey, ...rest } = one.client ?? {};
  const url = closed ? `http://127.0.0.1:${closedPort}/v1` : baseUrl.replace("{sandbox}", sandbox.baseUrl);
  const options = {
    limits: "unlimited",
    retryDelay: 5,
    baseUrl: url,
    apiKey: apiKey ?? undefined,
    ...inMilliseconds(rest),
  };
  return { team, options };
}

/** Calls the public method: a promise, or a paginator. */
function begin(kakiyo, one, signal) {
  const options = { ...inMilliseconds(one.options), signal };
  if (one.operation === "raw") {
    const { method, path, ...rest } = one.arguments;
    return kakiyo.raw(method, path, { ...options, ...rest });
  }
  return invoke(kakiyo, one.operation, one.arguments, options);
}

async function play(one, options, signal) {
  const pages = [];
  const walked = () => {
    const rows = pages.map((page) => [...page]);
    const last = pages.at(-1);
    const meta = one.walk === "page" ? last?.meta : last?.sum;
    return {
      value: one.walk === "pages" ? rows : rows.flat(),
      pages: pages.length,
      rows: rows.flat().length,
      meta,
    };
  };
  const kakiyo = new Kakiyo(options);
  try {
    const started = begin(kakiyo, one, signal);
    if (one.walk === undefined) {
      const { data, meta } = await started.withMeta();
      return {
        value: one.operation === "raw" ? jsonOrText(data) : Array.isArray(data) ? [...data] : data,
        meta,
      };
    }
    if (one.walk === "page") pages.push(await started.page());
    else for await (const page of started.pages()) pages.push(page);
    return walked();
  } catch (error) {
    return { ...(one.walk === undefined ? {} : walked()), error };
  } finally {
    await kakiyo.close();
  }
}

function jsonOrText(answer) {
  try {
    return answer.json();
  } catch {
    return answer.text();
  }
}

const arrived = async (team) =>
  (await sandbox.control("GET", `/_sandbox/requests?team=${team.team}`)).requests;

async function outcome(one, { team, options }) {
  const controller = one.cancel === undefined ? undefined : new AbortController();
  if (one.cancel === "beforeSending") controller.abort();
  const played = play(one, options, controller?.signal).catch((error) => ({ error }));
  if (one.cancel === "whileUnderWay") {
    const expected = one.exchanges.reduce((sum, { answer }) => sum + (answer.times ?? 1), 0);
    while ((await arrived(team)).length < expected) await pause(2);
    controller.abort();
  }
  return played;
}

function compare(one, found) {
  const { value, meta, rows, pages, error } = one.expect;
  if (error === undefined) {
    assert.equal(found.error, undefined, found.error?.message);
  } else {
    assert.ok(
      found.error instanceof KakiyoError,
      `expected ${error.kind}, found ${found.error ?? JSON.stringify(found.value)}`,
    );
    const { kind, code, status, attempts, credits, safeToRetry, requestId, retryAfterMs, details, message } =
      found.error;
    const known = { kind, code, status, attempts, credits, safeToRetry, requestId, field: details[0]?.field };
    const retryAfter = retryAfterMs === undefined ? undefined : retryAfterMs / 1000;
    subset("error", error, { ...known, retryAfter, messageContains: message });
  }
  if (value !== undefined) assert.deepStrictEqual(found.value, value);
  if (rows !== undefined && one.walk) assert.equal(found.rows, rows, "rows");
  if (pages !== undefined) assert.equal(found.pages, pages, "pages");
  // A page knows the sum up to itself, not a call after it that gave no page.
  if (meta !== undefined && one.walk !== "pages") subset("meta", meta, found.meta);
}

function subset(what, expected, found) {
  for (const [name, value] of Object.entries(expected)) {
    if (name === "messageContains") assert.ok(found[name].includes(value), `${what}: ${found[name]}`);
    else assert.deepEqual(found[name] ?? null, value, `${what}.${name}`);
  }
}

function compareRequests(one, requests) {
  const expected = (one.exchanges ?? []).flatMap(({ request, answer }) =>
    Array(answer.times ?? 1).fill(request),
  );
  const lines = (list, base) => list.map(({ method, path }) => `${method} ${base}${path}`);
  assert.deepEqual(lines(requests, ""), lines(expected, "/v1"));
  expected.forEach((want, index) => {
    const got = requests[index];
    const query = Object.entries(want.query ?? {}).flatMap(([name, values]) =>
      [values].flat().map((text) => [name, text]),
    );
    assert.deepEqual(got.query.map(String).sort(), query.map(String).sort());
    assert.deepEqual(got.body, want.body ?? null);
    const headers = Object.fromEntries(got.headers);
    for (const [name, text] of Object.entries(want.headers ?? {}))
      assert.equal(headers[name.toLowerCase()] ?? null, text, name);
  });
}

describe("conformance", { concurrency: 16 }, () => {
  for (const one of cases()) {
    test(one.title, { timeout: 60_000 }, async () => {
      const prepared = await prepare(one);
      const found = await outcome(one, prepared);
      // What only a call by name can get wrong is refused in another way where a method takes no arguments at all.
      if (!one.byName || found.error instanceof KakiyoError) compare(one, found);
      assert.ok(!one.byName || found.error !== undefined, "it was not refused");
      compareRequests(one, await arrived(prepared.team));
    });
  }
});
