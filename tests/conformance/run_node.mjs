// Plays the conformance cases through the Node façade: node --test tests/conformance/run_node.mjs
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Kaiko, Kakiyo, KakiyoError, Sandbox } from "../../bindings-node/dist/esm/index.js";
import { expanded, scripted } from "../../bindings-node/test/support/cases.mjs";
import { helpers, invoke, operations } from "../../bindings-node/test/support/invoke.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const services = new Map([...operations, ...helpers].map(({ id, service }) => [id, service]));
const serviceOf = (one) => one.service ?? services.get(one.operation) ?? "kakiyo";
/** How the path of a request begins before what a case says of it. */
const versions = { kakiyo: "/v1", kaiko: "" };
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The expected value with each `$uuid` filled in: the same text wherever its name stands. */
function bound(expected, found, uuids) {
  if (typeof expected !== "object" || expected === null) return expected;
  if (Array.isArray(expected)) return expected.map((item, index) => bound(item, found?.[index], uuids));
  if (typeof expected.$uuid === "string") {
    if (typeof found !== "string" || !uuid.test(found)) return expected;
    if (!uuids.has(expected.$uuid)) uuids.set(expected.$uuid, found);
    assert.equal(new Set(uuids.values()).size, uuids.size, "two names for one UUID");
    return uuids.get(expected.$uuid);
  }
  const members = Object.entries(expected).map(([name, inner]) => [name, bound(inner, found?.[name], uuids)]);
  return Object.fromEntries(members);
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
  const team = await sandbox.addTeam({ credits: 1000, service: serviceOf(one) });
  const answers = (one.exchanges ?? []).map(({ answer }) => scripted(answer));
  await sandbox.control("POST", "/_sandbox/script", { team: team.team, answers, strict: true });
  const { baseUrl = "{sandbox}", closedPort: closed, apiKey = team.apiKey, ...rest } = one.client ?? {};
  const version = versions[serviceOf(one)];
  const origin = sandbox.baseUrl.replace(/\/v1$/, "") + version;
  const url = closed ? `http://127.0.0.1:${closedPort}${version}` : baseUrl.replace("{sandbox}", origin);
  const options = {
    limits: "unlimited",
    retryDelay: 5,
    // An address of the vendor, by its name, instead of the sandbox.
    baseUrl: rest.environment === undefined ? url : undefined,
    apiKey: apiKey ?? undefined,
    ...inMilliseconds(rest),
  };
  return { team, options };
}

/** Calls the public method: a promise, or a paginator. */
function begin(client, one, signal) {
  const options = { ...inMilliseconds(one.options), signal };
  if (one.operation === "raw") {
    const { method, path, ...rest } = one.arguments;
    return client.raw(method, path, { ...options, ...rest });
  }
  return invoke(client, one.operation, one.arguments, options);
}

async function play(one, options, signal) {
  const warnings = [];
  const onWarning = ({ kind }) => warnings.push(kind);
  const found = await attempt(one, { ...options, onWarning }, signal).catch((error) => ({ error }));
  return { ...found, warnings };
}

async function attempt(one, options, signal) {
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
  const client = serviceOf(one) === "kaiko" ? new Kaiko(options) : new Kakiyo(options);
  try {
    const started = begin(client, one, signal);
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
    await client.close();
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
  const played = play(one, options, controller?.signal);
  if (one.cancel === "whileUnderWay") {
    const expected = one.exchanges.reduce((sum, { answer }) => sum + (answer.times ?? 1), 0);
    while ((await arrived(team)).length < expected) await pause(2);
    controller.abort();
  }
  return played;
}

function compare(one, found, uuids) {
  const { value, meta, rows, pages, error, warnings } = one.expect;
  if (error === undefined) {
    assert.equal(found.error, undefined, found.error?.message);
  } else {
    assert.ok(
      found.error instanceof KakiyoError,
      `expected ${error.kind}, found ${found.error ?? JSON.stringify(found.value)}`,
    );
    const { kind, code, type, status, attempts, credits, safeToRetry, requestId, idempotencyKey } = found.error;
    const { retryAfterMs, details, message } = found.error;
    const known = { kind, code, type, status, attempts, credits, safeToRetry, requestId, idempotencyKey };
    const retryAfter = retryAfterMs === undefined ? undefined : retryAfterMs / 1000;
    const all = { ...known, retryAfter, field: details[0]?.field, messageContains: message };
    subset("error", bound(error, all, uuids), all);
  }
  if (value !== undefined) assert.deepStrictEqual(found.value, bound(value, found.value, uuids));
  if (warnings !== undefined) assert.deepEqual(found.warnings, warnings);
  if (rows !== undefined && one.walk) assert.equal(found.rows, rows, "rows");
  if (pages !== undefined) assert.equal(found.pages, pages, "pages");
  // A page knows the sum up to itself, not a call after it that gave no page.
  if (meta !== undefined && one.walk !== "pages") subset("meta", bound(meta, found.meta, uuids), found.meta);
}

function subset(what, expected, found) {
  for (const [name, value] of Object.entries(expected)) {
    if (name === "messageContains") assert.ok(found[name].includes(value), `${what}: ${found[name]}`);
    else assert.deepEqual(found[name] ?? null, value, `${what}.${name}`);
  }
}

function compareRequests(one, requests, uuids) {
  const expected = (one.exchanges ?? []).flatMap(({ request, answer }) =>
    Array(answer.times ?? 1).fill(request),
  );
  const lines = (list, base) => list.map(({ method, path }) => `${method} ${base}${path}`);
  assert.deepEqual(lines(requests, ""), lines(expected, versions[serviceOf(one)]));
  expected.forEach((want, index) => {
    const got = requests[index];
    const query = Object.entries(want.query ?? {}).flatMap(([name, values]) =>
      [values].flat().map((text) => [name, text]),
    );
    assert.deepEqual(got.query.map(String).sort(), query.map(String).sort());
    assert.deepEqual(got.body, bound(want.body ?? null, got.body, uuids));
    const headers = Object.fromEntries(got.headers);
    for (const [name, text] of Object.entries(want.headers ?? {})) {
      const header = headers[name.toLowerCase()] ?? null;
      assert.equal(header, bound(text, header, uuids), name);
    }
  });
}

describe("conformance", { concurrency: 16 }, () => {
  for (const one of cases()) {
    test(one.title, { timeout: 60_000 }, async () => {
      const prepared = await prepare(one);
      const found = await outcome(one, prepared);
      // What only a call by name can get wrong is refused in another way where a method takes no arguments at all.
      const uuids = new Map();
      if (!one.byName || found.error instanceof KakiyoError) compare(one, found, uuids);
      assert.ok(!one.byName || found.error !== undefined, "it was not refused");
      compareRequests(one, await arrived(prepared.team), uuids);
    });
  }
});
