import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Api, Received, Sandbox } from '../../server/sandbox/index.ts';
import { CLEAR_DOMAIN, contentOf, expectedNames, isForged, nameOf } from './fleet-messages.ts';

export const APIS: readonly Api[] = ['customerio', 'tiktok', 'shopline'];

/** What was answered 200, held against what one sandbox accepted. */
export interface Reconciled {
  /** Different events accepted. */
  delivered: number;
  /** Names of those that never arrived. */
  lost: string[];
  /** Copies too many, same id and same content: what a crash in mid-delivery may cause. */
  repeatedSame: number;
  /** Copies too many whose content is another. */
  repeatedDifferent: number;
}

export interface Reconciliation {
  by: Readonly<Record<Api, Reconciled>>;
  /** Neither arrived nor waiting. */
  lost: number;
  /** Queues that stood still with something in them, in words; empty unless it was waited for. */
  waiting: string[];
  /** Deliveries of what a page without proof reported of an order. */
  forged: number;
  /** All deliveries so far, copies included. */
  received: number;
  repeatedSame: number;
  repeatedDifferent: number;
  /** Requests that held an email address in clear. */
  hashedViolations: number;
}

export interface Tally {
  /** @param answered the numbers of events answered 200. */
  reconcile(answered: Iterable<number>): Reconciliation;
  stop(): void;
}

/** Counts what a sandbox accepts while it comes in, so that a long run needs no more memory than names. */
export function createTally(sandbox: Sandbox): Tally {
  const firsts = { customerio: new Map(), tiktok: new Map(), shopline: new Map() } as Record<
    Api,
    Map<string, string>
  >;
  const same: Record<Api, number> = { customerio: 0, tiktok: 0, shopline: 0 };
  const different: Record<Api, number> = { customerio: 0, tiktok: 0, shopline: 0 };
  let hashedViolations = 0;
  let forged = 0;
  let received = 0;

  const stop = sandbox.onReceived(({ api, accepted, body }: Received) => {
    if (JSON.stringify(body)?.includes(CLEAR_DOMAIN)) hashedViolations++;
    for (const item of accepted as Record<string, unknown>[]) {
      const name = nameOf[api](item);
      const text = contentOf(item);
      const content = hash('sha1', text, 'base64');
      received++;
      if (isForged(name, text)) forged++;
      const first = firsts[api].get(name);
      if (first === undefined) firsts[api].set(name, content);
      else if (first === content) same[api]++;
      else different[api]++;
    }
  });

  function reconcileOne(api: Api, answered: readonly number[]): Reconciled {
    const expected = new Set(answered.flatMap(expectedNames[api]));
    return {
      delivered: firsts[api].size,
      lost: [...expected].filter((name) => !firsts[api].has(name)),
      repeatedSame: same[api],
      repeatedDifferent: different[api],
    };
  }

  return {
    stop,
    reconcile(answered) {
      const numbers = [...answered];
      const by = {
        customerio: reconcileOne('customerio', numbers),
        tiktok: reconcileOne('tiktok', numbers),
        shopline: reconcileOne('shopline', numbers),
      };
      const sum = (of: (one: Reconciled) => number) => APIS.reduce((total, api) => total + of(by[api]), 0);
      return {
        by,
        lost: sum(({ lost }) => lost.length),
        waiting: [],
        forged,
        received,
        repeatedSame: sum(({ repeatedSame }) => repeatedSame),
        repeatedDifferent: sum(({ repeatedDifferent }) => repeatedDifferent),
        hashedViolations,
      };
    },
  };
}

/** Names of the files of a data directory that hold an email address in clear. */
export function clearFiles(dataDir: string): string[] {
  return readdirSync(dataDir).filter((name) => readFileSync(join(dataDir, name)).includes(CLEAR_DOMAIN));
}
