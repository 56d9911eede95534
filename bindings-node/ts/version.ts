/** The version of the native library, which is that of the package. */

import { addon } from "./native.js";

/** The version of this library. */
export function version(): string {
  return (JSON.parse(addon().about()) as { version: string }).version;
}
