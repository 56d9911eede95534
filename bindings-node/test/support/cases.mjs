// How the conformance cases are read; tests/conformance/README.md tells their form.

/** Spells out the two short forms, see tests/conformance/README.md. */
export function expanded(value) {
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

/** An answer of a case in the form of the sandbox's script: its delay is in milliseconds there. */
export function scripted({ delay, ...answer }) {
  return delay === undefined ? answer : { ...answer, delayMs: Math.round(delay * 1000) };
}
