// A sandbox for a test file, and clients of teams of their own.
import { after, before } from "node:test";

import { Kakiyo, Sandbox } from "../../dist/esm/index.js";

/** Starts a sandbox before the tests of the file and stops it after them. */
export function useSandbox() {
  const held = {};
  before(async () => {
    held.sandbox = await Sandbox.start();
  });
  after(() => held.sandbox.close());
  return {
    get sandbox() {
      return held.sandbox;
    },
    /** A client with a team of its own; `control` steers that team. */
    async team(options = {}, settings = {}) {
      const { sandbox } = held;
      const { team, apiKey } = await sandbox.addTeam({ unlimited: true, ...settings });
      const kakiyo = new Kakiyo({
        baseUrl: sandbox.baseUrl,
        apiKey,
        limits: "unlimited",
        retryDelay: 1,
        ...options,
      });
      const control = (method, path, body = {}) => sandbox.control(method, path, { team, ...body });
      const script = (...answers) => control("POST", "/_sandbox/script", { answers });
      const state = () => sandbox.control("GET", `/_sandbox/state?team=${team}`);
      return { kakiyo, team, apiKey, control, script, state };
    },
  };
}
