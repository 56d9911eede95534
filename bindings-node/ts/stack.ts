/**
 * Stacks that start in the caller's code: taken when a call is made, given to its error when it fails.
 *
 * Frames of this package are left out. In a bundle, where they cannot be told from the caller's, all stay.
 */

const OWN_FOLDER = /((?:file:\/\/)?[^()\s][^()]*[\\/]dist[\\/](?:esm|cjs)[\\/])[^\\/()]*:\d+:\d+\)?$/;

/** Where a call was made; its text is made only when it is read. */
export interface CallSite {
  stack?: unknown;
}

export function callSite(): CallSite {
  const site: CallSite = {};
  Error.captureStackTrace?.(site);
  return site;
}

/** Replaces the stack of the error by that of the call. */
export function startAt(site: CallSite, error: Error): void {
  if (typeof site.stack !== "string") {
    return;
  }
  const frames = site.stack.split("\n").slice(1);
  const own = OWN_FOLDER.exec(frames[0] ?? "")?.[1]?.replace(/^\s*at (?:async )?/, "");
  const isOwn = (frame: string): boolean =>
    own !== undefined && (frame.includes(own) || frame.endsWith("(<anonymous>)"));
  const first = frames.findIndex((frame) => !isOwn(frame));
  error.stack = [`${error.name}: ${error.message}`, ...frames.slice(Math.max(first, 0))].join("\n");
}

/** Runs `work`; what it throws gets the stack of its caller. */
export function atCaller<T>(work: () => T): T {
  const site = callSite();
  try {
    return work();
  } catch (error) {
    startAt(site, error as Error);
    throw error;
  }
}
