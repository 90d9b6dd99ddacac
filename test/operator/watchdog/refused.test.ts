// @module-tag slow
import { expect, test } from 'vitest';
import { startCollector } from '../../support/collector.ts';
import { eventually } from '../../support/eventually.ts';
import { createSkipClock } from '../../support/skip-clock.ts';

const REFUSAL = { status: 200, body: { code: 40002, message: 'Param error', request_id: 'r-1' } };

test('the alert about refused events ends when three are delivered in a row, though one a minute is refused still', async () => {
  const clock = createSkipClock();
  const { post, admin, sandbox } = await startCollector({}, { clock });
  let sent = 0;
  const settled = () =>
    eventually(
      async () => (await (await admin('GET', '/admin/status')).json()).destinations,
      (all: { waiting: number }[]) => all.every(({ waiting }) => waiting === 0),
    );
  const send = async (count: number) => {
    const batch = Array.from({ length: count }, () => ({
      ...{ type: 'track', event: 'Product Viewed', anonymousId: 'visitor-1', messageId: `view-${++sent}` },
      properties: { product_id: 'P-1', price: 20, currency: 'TWD' },
    }));
    expect((await post('/v1/batch', { batch })).status).toBe(200);
    await settled();
  };
  const openAfter = async (minutes: number) => {
    clock.skip(minutes * 60_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { alerts } = (await (await admin('GET', '/admin/alerts')).json()) as {
      alerts: { rule: string; until?: string }[];
    };
    return alerts.filter(({ rule, until }) => rule === 'deliveries-refused' && until === undefined);
  };
  sandbox.setFaults('tiktok', REFUSAL);
  await send(30);
  await openAfter(1);
  expect(await openAfter(1)).toHaveLength(1);
  // Nothing is sent: it stays.
  expect(await openAfter(70)).toHaveLength(1);
  for (let minute = 0; minute < 12; minute++) {
    sandbox.setFaults('tiktok', []);
    await send(3);
    sandbox.setFaults('tiktok', { ...REFUSAL, times: 1 });
    await send(1);
    await openAfter(1);
  }
  expect(await openAfter(0)).toEqual([]);
}, 30_000);
