/**
 * The native library as TypeScript sees it: about ten entry points, written in `src/`.
 *
 * It is loaded with the first thing that needs it, not with the import of the package.
 */

import { load } from "./loader.cjs";

/** What a call came to; JSON stays text until somebody reads it. */
export interface Settled {
  ticket: number;
  value?: string;
  body?: Uint8Array;
  meta?: string;
  page?: string;
  error?: string;
  sandbox?: NativeSandbox;
  warnings?: string;
}

export interface NativeInbox {
  readonly inbox: unique symbol;
}

export interface NativeCancelToken {
  cancel(): void;
}

export interface NativePages {
  next(ticket: number, token?: NativeCancelToken): void;
  close(): void;
}

export interface NativeClient {
  withOptions(options: string): Opened;
  call(ticket: number, operation: string, args: string, options?: string, token?: NativeCancelToken): void;
  raw(
    ticket: number,
    method: string,
    path: string,
    request: string,
    options?: string,
    token?: NativeCancelToken,
  ): void;
  ask(ticket: number, subject: string, said: string, options?: string): void;
  flush(ticket: number): void;
  openPages(operation: string, args: string, options?: string): NativePages;
}

export interface Opened {
  client?: NativeClient;
  error?: string;
  warnings?: string;
}

export interface NativeSandbox {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly kaikoBaseUrl: string;
  readonly kaikoApiKey: string;
  control(ticket: number, method: string, path: string, body: string): void;
  close(ticket: number): void;
}

export interface Addon {
  about(): string;
  open(
    inbox: NativeInbox,
    service: string,
    options: string,
    key?: () => Promise<string>,
    hear?: (event: string) => void,
  ): Opened;
  planLeads(inbox: NativeInbox, ticket: number, source: string | Buffer, options: string): void;
  readProfileUrls(inbox: NativeInbox, ticket: number, source: string | Buffer, options: string): void;
  parseProfileUrl(url: string): { value?: string; error?: string };
  startSandbox(inbox: NativeInbox, ticket: number, options: string): void;
  Inbox: new (deliver: (list: Settled[]) => void) => NativeInbox;
  CancelToken: new () => NativeCancelToken;
}

let loaded: Addon | undefined;

/** The library, loaded once for each thread and format. */
export function addon(): Addon {
  loaded ??= load() as Addon;
  return loaded;
}
