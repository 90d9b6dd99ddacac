// @module-tag slow
import { expect, test } from 'vitest';
import { LogUnavailable, type Store } from '../../server/store/store.ts';
import type { ActionAnswer, EventList } from '../../shared/operator-api/index.ts';
import { ADMIN_TOKEN, type Collector, eventually, startCollector } from '../support/collector.ts';

const REFUSAL = { status: 200, body: { code: 40002, message: 'Invalid value', data: {} } };
const VISITORS = ['5c4f2a7e-8f0b-4b63-9d57-0a2b7d1f6e11', '0e5b1a90-3a47-4f0e-8a53-cf3f2a3f4f10'];
const SELECTION = { destination: 'tiktok', reason: 'rejected' };

/** One dead letter of each visitor. */
async function refuse({ post, sandbox, admin }: Collector): Promise<void> {
  sandbox.setFaults('tiktok', REFUSAL);
  for (const [nth, anonymousId] of VISITORS.entries())
    await post('/v1/track', { messageId: `view-${nth}`, anonymousId, event: 'Product Viewed' });
  await eventually(
    async () =>
      (await (await admin('GET', '/admin/events?outcome=dead&destination=tiktok')).json()) as EventList,
    ({ events }) => events.length === VISITORS.length,
  );
  sandbox.setFaults('tiktok', undefined);
}
const sentIn = ({ sandbox }: Collector) => JSON.stringify(sandbox.accepted('tiktok'));

test('on a full disk the console reads, what changes something is answered 503 in words, and it recovers by itself', async () => {
  const disk = { isFull: false };
  const writes = ['accept', 'beginAction', 'addAudit', 'requeue', 'discardDeadLetters', 'erase'] as const;
  const wrapLog = (log: Store): Store => {
    const refusing = (name: (typeof writes)[number]) => {
      const write = log[name] as (...args: never[]) => Promise<unknown>;
      return async (...args: never[]) => {
        if (disk.isFull) throw new LogUnavailable('database or disk is full: /data/store.db');
        return write(...args);
      };
    };
    return { ...log, ...Object.fromEntries(writes.map((name) => [name, refusing(name)])) };
  };
  const collector = await startCollector({}, { wrapLog });
  const { admin } = collector;
  await refuse(collector);
  disk.isFull = true;
  const login = await fetch(`${collector.base}/console/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: ADMIN_TOKEN }),
  });
  expect(login.status).toBe(200);
  expect(collector.lines.join()).toContain('not in the audit list');
  for (const path of [
    'events',
    'events/view-0',
    'orders',
    'dead-letters/groups',
    'overview',
    'audit',
    'alerts',
  ])
    expect([path, (await admin('GET', `/admin/${path}`)).status]).toEqual([path, 200]);
  const changes: [method: string, path: string, body?: object][] = [
    ['POST', '/admin/replay', { selection: SELECTION }],
    ['POST', '/admin/discard', { selection: SELECTION }],
    ['POST', '/admin/dead-letters/replay', { consumer: 'tiktok' }],
    ['DELETE', `/admin/visitors/${VISITORS[0]}`],
  ];
  for (const [method, path, body] of changes) {
    const response = await admin(method, path, body);
    const answer = (await response.json()) as { code: string; message: string };
    expect([path, response.status, answer.code]).toEqual([path, 503, 'not-stored']);
    expect(answer.message).toMatch(/\w+ \w+/);
    expect(answer.message).not.toContain('/data');
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect(sentIn(collector)).toBe('[]');

  disk.isFull = false;
  const answer = (await (
    await admin('POST', '/admin/replay', { selection: SELECTION })
  ).json()) as ActionAnswer;
  expect(answer.count).toBe(2);
  await eventually(
    async () => collector.sandbox.accepted('tiktok').length,
    (count) => count === 2,
  );
});

test('who is erased while a replay runs is sent nothing about, and the counts say so', async () => {
  const [asked, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const wrapLog = (log: Store): Store => ({
    ...log,
    async requeue(...of) {
      asked.resolve();
      await gate.promise;
      return log.requeue(...of);
    },
  });
  const collector = await startCollector({}, { wrapLog });
  const { admin } = collector;
  await refuse(collector);
  const replay = admin('POST', '/admin/replay', { selection: SELECTION });
  await asked.promise;
  expect((await admin('DELETE', `/admin/visitors/${VISITORS[0]}`)).status).toBe(200);
  gate.resolve();
  expect(await (await replay).json()).toMatchObject({
    ...{ count: 1, byDestination: [{ destination: 'tiktok', count: 1 }] },
    refused: [{ reason: 'removed', count: 1 }],
  });
  await eventually(
    async () => sentIn(collector),
    (sent) => sent.includes('view-1'),
  );
  expect(sentIn(collector)).not.toContain('view-0');
});
