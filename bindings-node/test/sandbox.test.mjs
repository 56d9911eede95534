// The embedded sandbox is started, steered and stopped from TypeScript.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ConfigError,
  ConnectionError,
  InvalidRequestError,
  Kakiyo,
  NotFoundError,
  Sandbox,
} from "../dist/esm/index.js";

test("a sandbox counts what reaches it, and stops", { timeout: 20_000 }, async () => {
  const sandbox = await Sandbox.start({
    seed: 7,
    credits: 3,
    limits: { verify: 2 },
    window: 5_000,
    importDelay: 250,
  });
  const kakiyo = new Kakiyo({
    baseUrl: sandbox.baseUrl,
    apiKey: sandbox.apiKey,
    limits: "unlimited",
    maxRetries: 0,
  });
  await kakiyo.verify();
  await kakiyo.verify();
  await assert.rejects(kakiyo.verify());
  assert.deepEqual([await sandbox.calls(), await sandbox.rejections(), await sandbox.spent()], [2, 1, 2]);
  const { team, apiKey } = await sandbox.addTeam({ credits: 5, window: 1_500 });
  assert.ok(apiKey.startsWith(team));
  for (const [query, window] of [
    ["", 5],
    [`?team=${team}`, 1.5],
  ]) {
    assert.equal((await sandbox.control("GET", `/_sandbox/state${query}`)).settings.window, window);
  }
  await sandbox.close();
  await assert.rejects(kakiyo.verify(), ConnectionError);
  await assert.rejects(sandbox.calls(), ConfigError);
  await sandbox.close();
});

test("wrong control requests and options are errors", async () => {
  const sandbox = await Sandbox.start();
  await assert.rejects(sandbox.control("GET", "/_sandbox/nothing"), NotFoundError);
  await assert.rejects(sandbox.control("POST", "/_sandbox/credits", { sett: 1 }), InvalidRequestError);
  await sandbox.close();
  for (const options of [{ port: "x" }, { prot: 1 }, { apiKey: "short" }, { timeScale: -1 }, null, 3]) {
    await assert.rejects(Sandbox.start(options), ConfigError, JSON.stringify(options));
  }
});
