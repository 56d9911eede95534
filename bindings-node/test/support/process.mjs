// Runs a program in a process of its own, with a guard against hanging.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

export const esm = new URL("../../dist/esm/index.js", import.meta.url).href;
export const cjs = fileURLToPath(new URL("../../dist/cjs/index.js", import.meta.url));

/** Gives exit code, signal and output. The program is ended after `guard` milliseconds: then the signal is SIGKILL. */
export function run(program, { guard = 15_000, args = [], env = {} } = {}) {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--input-type=module", "--eval", program, ...args],
      { timeout: guard, killSignal: "SIGKILL", env: { ...process.env, ...env } },
      (error, stdout, stderr) => {
        resolve({ code: error ? error.code : 0, signal: error?.signal ?? null, stdout, stderr });
      },
    );
  });
}
