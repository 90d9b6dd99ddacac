// @module-tag slow
import pg from 'pg';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { examineDatabase } from '../../server/store/postgres/examine.ts';
import { unusable } from '../../server/store/postgres/problem-of.ts';
import type { Consumer } from '../../server/store/store.ts';
import { eventually, startCollector } from '../support/collector.ts';
import { counted } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { PGBOUNCER, startPgBouncer } from '../support/pgbouncer.ts';
import { ownDatabase, ownSchema } from '../support/postgres-for-tests.ts';
import { openInProcess, type StoreProcess } from '../support/store-client.ts';

const MODULE = new URL('../../server/store/open.ts', import.meta.url).href;
const DAY_MS = 86_400_000;
const SHOPS = ['a', 'b', 'c', 'd', 'e', 'f'];
const CONSUMERS = SHOPS.map(
  (shop): Consumer => ({ name: `tiktok-${shop}`, shop, decryptsPii: false, audience: 'destinations' }),
);
const named = (shop: string, ...messageIds: string[]) =>
  messageIds.map((messageId) => ({
    event: event({ shop, messageId, receivedAt: new Date().toISOString() }),
  }));

async function bouncer(url: string, settings: Parameters<typeof startPgBouncer>[1] = {}) {
  const started = await startPgBouncer(url, settings);
  onTestFinished(() => started.stop());
  return started;
}

if (PGBOUNCER === undefined) test('PgBouncer is not on this machine: nothing was tried through it', () => {});
else
  describe('through PgBouncer in transaction mode', () => {
    test('two collectors share two connections: each event is stored once and leased once', async () => {
      const { url } = await bouncer(inject('postgresUrl'), { default_pool_size: 2 });
      const options = { ...ownSchema(), databaseUrl: url, dataDir: '', consumers: CONSUMERS };
      const open = () => openInProcess(MODULE, { ...options, retentionMs: 30 * DAY_MS, aliveMs: 1_000 });
      const stores = [await open(), await open()];
      const messages = SHOPS.flatMap((shop) =>
        Array.from({ length: 5 }, (_, at) => ({ shop, id: `${shop}-${at}` })),
      );
      const answers = await Promise.all(
        messages.flatMap(({ shop, id }) => stores.map((store) => store.accept(named(shop, id)))),
      );
      expect(counted(answers.flat())).toEqual({ stored: messages.length, duplicates: messages.length });
      const leased: string[] = [];
      const leaseAll = async (store: StoreProcess) => {
        for (const { name } of CONSUMERS) {
          const found = (await store.lease(name, 100)).map(({ messageId }) => messageId);
          leased.push(...found);
          if (found.length > 0) await store.ack(found, name);
        }
      };
      await eventually(
        async () => {
          await Promise.all(stores.map(leaseAll));
          return leased.length;
        },
        (count) => count >= messages.length,
      );
      expect(leased.toSorted()).toEqual(messages.map(({ id }) => id).toSorted());
      expect(await stores[0]?.depth('tiktok-a')).toMatchObject({ waiting: 0 });
    });

    test('a whole collector works with one connection: it stores, delivers, counts and searches; and goes on when PgBouncer is there again', async () => {
      const databaseUrl = await ownDatabase();
      const first = await bouncer(databaseUrl, { default_pool_size: 1 });
      const collector = await startCollector({ DATABASE_URL: first.url });
      const view = (messageId: string) => ({
        type: 'track',
        event: 'Product Viewed',
        messageId,
        anonymousId: 'ann',
      });
      const post = async (messageId: string) => (await collector.post('/v1/track', view(messageId))).status;
      const found = (messageId: string) =>
        eventually(
          async () => (await collector.admin('GET', '/admin/events')).text(),
          (text) => text.includes(messageId),
        );
      expect(await post('message-1')).toBe(200);
      await found('message-1');
      await first.stop();
      await eventually(
        () => post('message-2'),
        (status) => status === 503,
      );
      await bouncer(databaseUrl, { default_pool_size: 1, listen_port: new URL(first.url).port });
      await eventually(
        () => post('message-2'),
        (status) => status === 200,
      );
      await found('message-2');
      await collector.stop();
    });

    test('what it refuses has words of its own', async () => {
      const { url } = await bouncer(await ownDatabase(), { default_pool_size: 1, query_wait_timeout: 1 });
      const wordsOf = async (of: string) =>
        unusable((await examineDatabase(of, 'storebeacon')).problems).message;
      expect(await wordsOf(url)).toBe('');
      const busy = new pg.Client(url);
      await busy.connect();
      await busy.query('BEGIN');
      expect(await wordsOf(url)).toMatch(
        /PgBouncer at \S+ had no connection free in time: query_wait_timeout\. Raise/,
      );
      await busy.end();
      expect(await wordsOf(Object.assign(new URL(url), { pathname: '/absent' }).href)).toMatch(
        /There is no database at/,
      );
      expect(await wordsOf(Object.assign(new URL(url), { username: 'nobody' }).href)).toMatch(
        /refuses user or password/,
      );
    });
  });
