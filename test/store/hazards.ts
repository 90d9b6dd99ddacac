import { expect, onTestFinished } from 'vitest';
import type { Consumer } from '../../server/store/store.ts';
import { counted } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { eventually } from '../support/eventually.ts';
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.ts';
import { openInProcess, type StoreProcess } from '../support/store-client.ts';

/** What threatens several collectors on one PostgreSQL, each with the guard that a sabotage removes. */
export const MODULE = new URL('../../server/store/open.ts', import.meta.url).href;
export const ALIVE_MS = 1_000;
export const SHOPS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const DAY_MS = 24 * 60 * 60 * 1000;
/** Others have taken over long before. */
const LEASED_WITHIN_MS = 20_000;

/** Processes that open one log. */
export interface Collectors {
  databaseUrl: string;
  /** @param shiftMs how far the clock of its machine is ahead. */
  open(changed?: object, shiftMs?: number): Promise<StoreProcess>;
}

/** @param sabotage which promise all of them break; default: none. */
export function collectorsOn(place: { databaseUrl: string; schema: string }, sabotage?: string): Collectors {
  const options = {
    ...place,
    dataDir: '',
    consumers: SHOPS.map(
      (shop): Consumer => ({ name: `tiktok-${shop}`, shop, decryptsPii: false, audience: 'destinations' }),
    ),
    retentionMs: 30 * DAY_MS,
    aliveMs: ALIVE_MS,
  };
  return {
    databaseUrl: place.databaseUrl,
    open: (changed = {}, shiftMs = 0) =>
      openInProcess(MODULE, { ...options, ...changed }, { shiftMs, sabotage }),
  };
}

/** A proxy that ends with the test. */
export async function proxyTo(url: string): Promise<PostgresProxy> {
  const proxy = await startPostgresProxy(url);
  onTestFinished(proxy.close);
  return proxy;
}

export const named = (shop: string, ...messageIds: string[]) =>
  messageIds.map((messageId) => ({ event: event({ shop, messageId }) }));

/** What any of them leases of a shop, as soon as one does. */
export const leaseOf = (stores: readonly StoreProcess[], shop: string, count = 1) =>
  eventually(
    async () => {
      for (const [owner, store] of stores.entries()) {
        const leased = await store.lease(`tiktok-${shop}`, 10);
        if (leased.length > 0) return { owner, leased };
      }
      return { owner: -1, leased: [] };
    },
    ({ leased }) => leased.length === count,
  );

/** The lock of the log: a transaction that began first and commits last is passed by no cursor. */
export async function beganFirstCommitsLast({ open, databaseUrl }: Collectors): Promise<void> {
  const proxy = await proxyTo(databaseUrl);
  const slow = await open({ databaseUrl: proxy.url });
  const quick = await open();
  const held = proxy.holdCommitOf('a-slow');
  const began = slow.accept(SHOPS.flatMap((shop) => named(shop, `${shop}-slow`)));
  await held;
  const later = quick.accept(SHOPS.flatMap((shop) => named(shop, `${shop}-quick`)));
  const leasing = quick.lease('tiktok-a', 10);
  setTimeout(proxy.release, 300);
  expect(counted(await began)).toEqual({ stored: SHOPS.length, duplicates: 0 });
  expect(counted(await later)).toEqual({ stored: SHOPS.length, duplicates: 0 });
  const found = new Set((await leasing).map(({ messageId }) => messageId));
  const leaseAll = async () => {
    for (const shop of SHOPS)
      for (const store of [slow, quick])
        for (const { messageId } of await store.lease(`tiktok-${shop}`, 10)) found.add(messageId);
    return found.size;
  };
  await eventually(leaseAll, (size) => size === 2 * SHOPS.length, LEASED_WITHIN_MS);
}

/** The fencing number: what was leased before another took over settles nothing. */
export async function stoodStill({ open }: Collectors): Promise<void> {
  const first = await open();
  await first.accept(named('a', '1'));
  expect((await first.lease('tiktok-a', 1)).map(({ attempt }) => attempt)).toEqual([1]);
  first.signal('SIGSTOP');
  const second = await open();
  const { leased } = await leaseOf([second], 'a');
  expect(leased).toMatchObject([{ messageId: '1', attempt: 2, isUncertain: true }]);
  expect(await second.kill(['1'], 'tiktok-a')).toMatchObject({ waiting: 0, deadLetters: 1 });
  // As an operator does; its attempts are counted anew.
  expect(await second.replay('tiktok-a')).toBe(1);
  expect((await leaseOf([second], 'a')).leased).toMatchObject([{ messageId: '1', attempt: 1 }]);
  first.signal('SIGCONT');
  expect(await first.ack(['1'], 'tiktok-a')).toMatchObject({ waiting: 1 });
  expect(await second.ack(['1'], 'tiktok-a')).toMatchObject({ waiting: 0 });
}

/** The version of the log: what a process has in memory counts until another has written. */
export async function countsWhatOthersStored({ open }: Collectors): Promise<void> {
  const [first, second] = [await open(), await open()];
  await first.accept(named('a', '1'));
  await second.accept(named('a', '2'));
  for (const store of [first, second]) expect(await store.depth('tiktok-a')).toMatchObject({ waiting: 2 });
}
