// Calls an operation by its id and the names of the API, through the public methods: for runners of conformance cases.
import { readFileSync } from "node:fs";

const table = JSON.parse(readFileSync(new URL("../../../core/operations.json", import.meta.url), "utf8"));

/** All operations of the service, as the table has them. */
export const operations = table.operations;

/** Methods that are made of operations. */
export const helpers = table.helpers ?? [];

const camelCase = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

/**
 * Makes the call: path ids first and positional, then one object for the other arguments, then the options.
 *
 * Gives what the method gives: an ApiPromise, or a Paginator where the operation has pages. Arguments that the table does
 * not know stay in the object, so that their refusal can be tested.
 */
export function invoke(kakiyo, id, args = {}, options = undefined) {
  const operation = [...operations, ...helpers].find((known) => known.id === id);
  if (operation === undefined) {
    throw new Error(`no operation ${id}`);
  }
  const target = operation.resource === null ? kakiyo : kakiyo[camelCase(operation.resource)];
  const inPath = operation.arguments
    .filter((argument) => argument.positional)
    .map((argument) => argument.wire);
  const hasObject = operation.arguments.some((argument) => !argument.positional);
  const others = Object.fromEntries(Object.entries(args).filter(([name]) => !inPath.includes(name)));
  const positional = inPath.map((name) => args[name]);
  if (hasObject) {
    positional.push(others);
  } else if (Object.keys(others).length > 0) {
    throw new Error(`${id} takes no ${Object.keys(others).join(", ")}`);
  }
  return target[camelCase(operation.verb)](...positional, options);
}
