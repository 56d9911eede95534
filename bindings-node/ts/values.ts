/** Types that generated code builds on. */

declare const kind: unique symbol;

/** An id: any text will do, but the id of one kind of record is not taken for that of another. */
export type Id<Kind extends string> = string & { readonly [kind]?: Kind };

/** A time as ISO 8601 text. */
export type Timestamp = string;

/** Any JSON object. */
export type JsonObject = Record<string, unknown>;
