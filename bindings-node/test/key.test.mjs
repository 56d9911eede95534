// A key may come from a function: asked when it is needed, and once more when the server answers 401.
import assert from "node:assert/strict";
import { test } from "node:test";

import { AuthError, ConfigError, Kakiyo } from "../dist/esm/index.js";
import { useSandbox } from "./support/sandbox.mjs";

const service = useSandbox();
const clientOf = (apiKey) => new Kakiyo({ apiKey, baseUrl: service.sandbox.baseUrl, limits: "unlimited" });

test("the function is asked once, with the first call", async () => {
  const { apiKey } = await service.team();
  for (const make of [() => apiKey, async () => apiKey]) {
    let asked = 0;
    const kakiyo = clientOf(() => {
      asked += 1;
      return make();
    });
    assert.equal(asked, 0);
    await Promise.all([kakiyo.verify(), kakiyo.verify(), kakiyo.verify()]);
    assert.equal(asked, 1);
  }
});

test("it is asked once more on 401", async () => {
  const { apiKey } = await service.team();
  const keys = ["a".repeat(40), apiKey];
  const kakiyo = clientOf(async () => keys.shift());
  assert.equal((await kakiyo.verify()).status, "success");
  assert.equal(keys.length, 0);

  let asked = 0;
  const wrong = clientOf(() => {
    asked += 1;
    return "b".repeat(40);
  });
  await assert.rejects(wrong.verify(), AuthError);
  assert.equal(asked, 2);
});

test("a function that fails or gives no text is an error, and its key is not shown", async () => {
  const failing = clientOf(() => {
    throw new Error("vault is closed");
  });
  await assert.rejects(
    failing.verify(),
    (error) => error instanceof AuthError && error.message.includes("vault is closed"),
  );
  await assert.rejects(clientOf(() => Promise.reject("no")).verify(), AuthError);
  for (const value of [undefined, null, 7, {}]) {
    await assert.rejects(clientOf(() => value).verify(), AuthError);
  }
  await assert.rejects(
    clientOf(() => "two words").verify(),
    (error) => error instanceof ConfigError && !error.message.includes("two words"),
  );
});
