/**
 * Finds and loads the native library: first the package of this platform, then a build beside this package.
 *
 * It is CommonJS in both formats of the package, because only CommonJS loads native libraries in all supported versions.
 * When nothing loads, the error names the cause of each attempt.
 */

import path = require("node:path");

/** Name of the platform as packages and files carry it, such as `linux-x64-gnu`. */
function platform(): string {
  const { platform, arch } = process;
  if (platform === "linux") {
    return `${platform}-${arch}-${isMusl() ? "musl" : "gnu"}`;
  }
  return platform === "win32" ? `${platform}-${arch}-msvc` : `${platform}-${arch}`;
}

/** Whether the C library is musl: then the process report names no glibc. */
function isMusl(): boolean {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header !== undefined && report.header.glibcVersionRuntime === undefined;
}

export function load(): unknown {
  const name = platform();
  const root = path.join(__dirname, "..", "..");
  const attempts = [`@kakiyo/${name}`, path.join(root, `kakiyo.${name}.node`)];
  const causes: unknown[] = [];
  const lines: string[] = [];
  for (const attempt of attempts) {
    try {
      return require(attempt);
    } catch (cause) {
      causes.push(cause);
      const message = cause instanceof Error ? cause.message : String(cause);
      lines.push(`  ${attempt}: ${message.split("\n")[0] ?? ""}`);
    }
  }
  throw new AggregateError(
    causes,
    `kakiyo: the native library for ${name} (Node ${process.version}) cannot be loaded. Tried:\n${lines.join("\n")}\n` +
      "Install without leaving out optional dependencies, on the machine that runs the program.",
  );
}
