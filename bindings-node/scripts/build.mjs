// Compiles the one TypeScript source twice: ES modules and CommonJS, each with its marker.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));
const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));

rmSync(`${folder}/dist`, { recursive: true, force: true });
for (const [format, project, type] of [
  ["esm", "tsconfig.json", "module"],
  ["cjs", "tsconfig.cjs.json", "commonjs"],
]) {
  mkdirSync(`${folder}/dist/${format}`, { recursive: true });
  writeFileSync(`${folder}/dist/${format}/package.json`, `${JSON.stringify({ type })}\n`);
  execFileSync(process.execPath, [tsc, "-p", project], { cwd: folder, stdio: "inherit" });
}
