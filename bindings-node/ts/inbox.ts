/**
 * Tickets and who waits for them: the one place where native outcomes arrive.
 *
 * A client that is merely open holds nothing; while a ticket is out, a timer keeps the event loop alive.
 */

import { addon, type NativeInbox, type Settled } from "./native.js";

type Deliver = (settled: Settled) => void;

const LONGEST_TIMER = 2 ** 31 - 1;
const LAST_TICKET = 2 ** 32 - 1;

class Inbox {
  readonly native: NativeInbox;
  readonly #waiting = new Map<number, Deliver>();
  readonly #awake = setInterval(() => {}, LONGEST_TIMER).unref();
  #last = 0;

  constructor() {
    this.native = new (addon().Inbox)((list) => {
      for (const settled of list) {
        this.#deliver(settled);
      }
    });
  }

  /** Gives `begin` a ticket; `deliver` gets what comes back with it. */
  send(begin: (ticket: number) => void, deliver: Deliver): void {
    this.#last = this.#last === LAST_TICKET ? 1 : this.#last + 1;
    const ticket = this.#last;
    begin(ticket);
    this.#waiting.set(ticket, deliver);
    if (this.#waiting.size === 1) {
      this.#awake.ref();
    }
  }

  #deliver(settled: Settled): void {
    const deliver = this.#waiting.get(settled.ticket);
    this.#waiting.delete(settled.ticket);
    if (this.#waiting.size === 0) {
      this.#awake.unref();
    }
    deliver?.(settled);
  }
}

let opened: Inbox | undefined;

/** The inbox of this thread and format, opened by the first use. */
export function inbox(): Inbox {
  opened ??= new Inbox();
  return opened;
}
