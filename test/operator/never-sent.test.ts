// @module-tag slow
import { afterAll, expect, test } from 'vitest';
import type { ActionAnswer, EventList, GroupList, Setup } from '../../shared/operator-api/index.ts';
import { eventually, startCollector } from '../support/collector.ts';

const SERVER_KEY = 'server-key-of-the-shop-backend';
const collector = await startCollector({ SERVER_KEY, ORDERS_FROM: 'server' }, { whenOver: afterAll });
const { sandbox } = collector;
const get = async <T>(path: string) => (await collector.admin('GET', path)).json() as Promise<T>;
const replay = async (selection: object) =>
  (await collector.admin('POST', '/admin/replay', { selection })).json() as Promise<ActionAnswer>;
const consent = (advertising: boolean) => ({
  consent: { categoryPreferences: { advertising, analytics: true, marketing: true } },
});
const VISITOR = '5c4f2a7e-8f0b-4b63-9d57-0a2b7d1f6e11';
const stateOf = async (messageId: string) => {
  const { events } = await get<EventList>(`/admin/events?message=${messageId}`);
  const outcome = events[0]?.outcomes.find(({ destination }) => destination === 'tiktok');
  return `${outcome?.state} ${outcome?.reason ?? ''}`.trim();
};
const becomes = (messageId: string, state: string) =>
  eventually(
    () => stateOf(messageId),
    (found) => found === state,
  );

test('orders that only browsers report are in no group that can be sent', async () => {
  for (const id of ['f-1', 'f-2'])
    await collector.post('/v1/track', {
      ...{
        messageId: `forged-${id}`,
        anonymousId: VISITOR,
        event: 'Order Completed',
        context: consent(true),
      },
      properties: { order_id: id, total: 999_999, currency: 'TWD' },
    });
  await collector.post('/v1/track', {
    messageId: 'view',
    anonymousId: VISITOR,
    event: 'Product Viewed',
    context: consent(true),
  });
  await becomes('view', 'delivered');
  const selections = [
    { reason: 'unconfirmed-order' },
    { reason: 'not-joined' },
    { name: 'Order Completed' },
    { destination: 'tiktok', state: 'none', name: 'Order Completed' },
    { ids: ['forged-f-1', 'forged-f-2'] },
    { order: 'f-1', state: 'none', destination: 'tiktok' },
  ];
  for (const selection of selections) expect((await replay(selection)).count).toBe(0);
  const sent = JSON.stringify(sandbox.accepted('tiktok'));
  expect(sent).not.toMatch(/999999|f-1/);
});

test('what was denied since is left out, and counted', async () => {
  const denied = '0e5b1a90-3a47-4f0e-8a53-cf3f2a3f4f10';
  sandbox.setFaults('tiktok', [{ status: 500, body: 'down' }]);
  const view = { messageId: 'before', anonymousId: denied, event: 'Product Viewed', context: consent(true) };
  await collector.post('/v1/track', view);
  await eventually(
    () => stateOf('before'),
    (found) => found.startsWith('retry'),
  );
  await collector.post('/v1/track', { ...view, messageId: 'after', context: consent(false) });
  sandbox.setFaults('tiktok', []);
  await becomes('before', 'skipped consent-withdrawn');
  const answer = await replay({ destination: 'tiktok', reason: 'consent-withdrawn' });
  expect(answer).toMatchObject({ count: 0, refused: [{ reason: 'consent-withdrawn', count: 1 }] });
  const { groups } = await get<GroupList>('/admin/dead-letters/groups?state=skipped&destination=tiktok');
  expect(groups.find(({ reason }) => reason === 'consent-withdrawn')).toMatchObject({ canReplay: false });
});

test('a refused access token is an error of the set-up page', async () => {
  const refusal = {
    code: 40105,
    message: 'Access token is incorrect or has been revoked',
    request_id: 'r',
    data: {},
  };
  sandbox.setFaults('tiktok', [{ status: 200, body: refusal }]);
  await collector.post('/v1/track', {
    messageId: 'refused',
    anonymousId: VISITOR,
    event: 'Product Viewed',
    context: consent(true),
  });
  const { findings } = await eventually(
    () => get<Setup>('/admin/setup'),
    (found) => found.findings.some(({ id }) => id === 'token-refused'),
  );
  expect(findings[0]).toMatchObject({ severity: 'error' });
  expect(findings.find(({ id }) => id === 'token-refused')?.words).toMatch(
    /^The access token .* is refused.* Waiting: \d+/,
  );
  sandbox.setFaults('tiktok', []);
});
