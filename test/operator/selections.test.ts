// @module-tag slow
import { afterAll, expect, test } from 'vitest';
import { LogUnavailable } from '../../server/store/errors.ts';
import type { ActionAnswer, AuditRow, EventList, GroupList } from '../../shared/operator-api/index.ts';
import { basic, eventually, startCollector, WRITE_KEY } from '../support/collector.ts';

const collector = await startCollector({}, { whenOver: afterAll });
const { sandbox } = collector;
const get = async <T>(path: string) => (await collector.admin('GET', path)).json() as Promise<T>;
const act = async (path: string, body: object) =>
  (await collector.admin('POST', path, body)).json() as Promise<ActionAnswer>;

test('ten thousand messages are selected by their ids while other searches are answered', async () => {
  const refusal = { code: 40002, message: 'Invalid value', request_id: 'r', data: {} };
  sandbox.setFaults('tiktok', [{ status: 200, body: refusal }]);
  const ids = Array.from({ length: 2_000 }, (_, index) => `view-${index}`);
  for (let first = 0; first < ids.length; first += 500)
    await collector.post('/v1/batch', {
      batch: ids.slice(first, first + 500).map((messageId) => ({
        ...{ type: 'track', messageId, anonymousId: `visitor-of-${messageId}`, event: 'Product Viewed' },
      })),
    });
  await eventually(
    () => get<GroupList>('/admin/dead-letters/groups?destination=tiktok&state=dead'),
    ({ groups }) => groups[0]?.count === ids.length,
  );
  const unknown = Array.from({ length: 8_000 }, (_, index) => `unknown-${index}`);
  const selection = { ids: [...ids, ...unknown], destination: 'tiktok' };
  const counted = act('/admin/replay', { selection, dryRun: true });
  let isOver = false;
  void counted.finally(() => {
    isOver = true;
  });
  let others = 0;
  for (; !isOver; others++) await get('/admin/events?limit=1');
  expect((await counted).count).toBe(ids.length);
  expect(others).toBeGreaterThan(10);
}, 90_000);

test('what an operator typed is recorded without emails and phone numbers', async () => {
  const selections = [
    { ids: ['mei.lin@example.com'] },
    { order: 'mei.lin@example.com', name: 'mei.lin@example.com' },
    { reason: 'mei.lin@example.com', from: 'mei.lin@example.com 2026' },
  ];
  const note = 'asked by mei.lin@example.com, +886 912 345 678';
  for (const selection of selections)
    for (const path of ['/admin/replay', '/admin/discard']) await act(path, { selection, note });
  await act('/admin/dead-letters/replay', { consumer: 'mei.lin@example.com' });
  const { actions } = await get<{ actions: AuditRow[] }>('/admin/audit');
  expect(actions.length).toBeGreaterThanOrEqual(7);
  expect(actions.find((action) => action.note)?.note).toBe('asked by [email], [phone]');
  expect(JSON.stringify(actions)).not.toMatch(/mei\.lin|912/);
});

test('an action that fails midway is recorded with what it reached', async () => {
  let left = Number.POSITIVE_INFINITY;
  const failing = await startCollector(
    {},
    {
      wrapLog: (log) => ({
        ...log,
        requeue: (...of) => (left-- > 0 ? log.requeue(...of) : Promise.reject(new LogUnavailable('gone'))),
      }),
    },
  );
  for (const name of ['tiktok', 'customerio'] as const)
    failing.sandbox.setFaults(name, [{ status: 400, body: { meta: { error: 'no' } } }]);
  await failing.post('/v1/track', { messageId: 'm-1', anonymousId: 'v-1', event: 'Product Viewed' });
  const selection = { ids: ['m-1'], shop: 'shop' };
  await eventually(
    async () =>
      (
        await failing.admin('POST', '/admin/replay', { selection, dryRun: true })
      ).json() as Promise<ActionAnswer>,
    ({ count }) => count >= 2,
  );
  left = 1;
  expect((await failing.admin('POST', '/admin/replay', { selection })).status).toBe(503);
  const audit = (await (await failing.admin('GET', '/admin/audit')).json()) as {
    actions: AuditRow[];
  };
  expect(audit.actions[0]).toMatchObject({
    ...{
      action: 'replay',
      selection: 'shop · message m-1',
      count: 1,
      state: 'interrupted',
    },
  });
});

test('two operators who send the same dead letter again at one time send it once', async () => {
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  let isFirst = true;
  const both = await startCollector(
    {},
    {
      wrapLog: (log) => ({
        ...log,
        async requeue(...of) {
          const waits = isFirst;
          isFirst = false;
          if (waits) {
            asked.resolve();
            await gate.promise;
          }
          return log.requeue(...of);
        },
      }),
    },
  );
  both.sandbox.setFaults('tiktok', [{ status: 200, body: { code: 40002, message: 'no', data: {} } }]);
  await both.post('/v1/track', {
    messageId: 'm-1',
    anonymousId: 'v-1',
    event: 'Product Viewed',
  });
  const selection = { destination: 'tiktok', reason: 'rejected' };
  const send = async (more: object) =>
    (await (await both.admin('POST', '/admin/replay', { selection, ...more })).json()) as ActionAnswer;
  await eventually(
    () => send({ dryRun: true }),
    ({ count }) => count === 1,
  );
  both.sandbox.setFaults('tiktok', undefined);
  const first = send({});
  await asked.promise;
  expect((await send({})).count).toBe(1);
  await eventually(
    async () => both.sandbox.accepted('tiktok').length,
    (count) => count === 1,
  );
  await eventually(
    async () =>
      (await (
        await both.admin('GET', '/admin/events?outcome=delivered&destination=tiktok')
      ).json()) as EventList,
    ({ events }) => events.length === 1,
  );
  gate.resolve();
  expect(await first).toMatchObject({
    count: 0,
    refused: [{ reason: 'changed', count: 1 }],
  });
  expect(both.sandbox.accepted('tiktok')).toHaveLength(1);
});

test('a group’s list and its replay are about exactly what the group counts', async () => {
  const shops = await startCollector({}, { shops: { one: {}, two: { WRITE_KEY: 'key-of-two' } } });
  const refusal = (message: string) => ({
    ...{ status: 200, times: 1 },
    body: { code: 40002, message, data: {} },
  });
  const track = (messageId: string) => ({
    messageId,
    anonymousId: `v-${messageId}`,
    event: 'Product Viewed',
  });
  const groups = async () =>
    (
      (await (
        await shops.admin('GET', '/admin/dead-letters/groups?state=dead&destination=tiktok')
      ).json()) as GroupList
    ).groups;
  const counted = async () => (await groups()).reduce((sum, { count }) => sum + count, 0);
  const becomes = (count: number) => eventually(counted, (found) => found === count);
  shops.sandbox.setFaults('tiktok', [
    refusal('Invalid pixel'),
    refusal('Invalid email'),
    refusal('Invalid email'),
  ]);
  for (const [index, key] of [WRITE_KEY, WRITE_KEY, 'key-of-two'].entries()) {
    await shops.post('/v1/track', track(`m-${index}`), {
      authorization: basic(key),
    });
    await becomes(index + 1);
  }
  for (const { shop, destination, reason, words, count, messageIds, newestAt } of await groups()) {
    const group = {
      shop,
      destination,
      reason,
      words: words ?? '',
      settledFrom: newestAt,
    };
    const query = new URLSearchParams({ ...group, outcome: 'dead' });
    const { events } = (await (await shops.admin('GET', `/admin/events?${query}`)).json()) as EventList;
    expect(events.map(({ messageId }) => messageId)).toEqual(messageIds);
    const selection = { ...group, state: 'dead' };
    const answer = await shops.admin('POST', '/admin/replay', {
      selection,
      dryRun: true,
    });
    expect(await answer.json()).toMatchObject({
      count,
      byDestination: [{ shop, count: 1 }],
    });
    const { settledFrom, ...later } = {
      ...selection,
      settledFrom: new Date(Date.parse(newestAt) + 1).toISOString(),
    };
    const none = await shops.admin('POST', '/admin/replay', {
      selection: { ...later, settledFrom },
      dryRun: true,
    });
    expect(await none.json()).toMatchObject({ count: 0 });
  }
  expect((await groups()).map(({ count }) => count)).toEqual([1, 1, 1]);
}, 60_000);

const EMAIL = encodeURIComponent('mei.lin@example.com');
test.each([
  ...['order', 'message', 'name', 'reason', 'destination', 'shop', 'user'].map(
    (field) => `/admin/events?${field}=${EMAIL}`,
  ),
  `/admin/events/${EMAIL}`,
  `/admin/orders/${EMAIL}`,
  `/admin/orders?q=${EMAIL}`,
  `/admin/orders?q=x&q=${EMAIL}`,
  `/admin/orders?reason=${EMAIL}&format=csv`,
  `/admin/dead-letters?consumer=${EMAIL}`,
  `/admin/dead-letters/groups?destination=${EMAIL}`,
  `/admin/visitors/somebody?shop=${EMAIL}`,
  `/admin/events?${EMAIL}=1`,
  `/admin/${EMAIL}`,
])('an address with a clear email is refused, in words, without it: %s', async (path) => {
  const response = await collector.admin('GET', path);
  const text = await response.text();
  expect(response.status).toBe(400);
  expect(text).toMatch(/clear email.*logged.*SHA-256/);
  expect(text + collector.lines.join('\n')).not.toMatch(/mei\.lin/);
});
