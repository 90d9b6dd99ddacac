import { expect } from 'vitest';
import { startCollector } from '../../support/collector.ts';
import type { ScenarioEvent } from './event.ts';
import { SETTINGS } from './fixtures.ts';
import { shopOrder } from './orders.ts';
import { createChance } from './random.ts';
import { reference } from './reference.ts';
import { lastOf } from './reports.ts';
import { createScenario } from './scenario.ts';
import { bundled, send, sync } from './send.ts';
import { SCENARIO_VARIABLES } from './shop.ts';
import { shopServer } from './webhooks.ts';

const HOUR_MS = 3_600_000;

/** Sends the scenario of one seed to a collector of its own and expects the reference's totals at SHOPLINE. */
export async function expectReference(seed: number): Promise<void> {
  const sinceMs = Date.now();
  const { events } = createScenario(seed, sinceMs);
  await expectTotals(bundled(events), { sinceMs, atOnce: 4 });
}

/**
 * The same where the shop system's word makes orders: pages add visitors by proof. One request after another, since a
 * cart that becomes several orders gives its page's report to the first.
 *
 * @param isShuffled the events arrive in another order, the orders of pages long before or after their webhooks.
 */
export async function expectReferenceOfEvidence(seed: number, isShuffled: boolean): Promise<void> {
  const sinceMs = Date.now();
  const chance = createChance(seed + 1_000);
  const events = bundled(createScenario(seed, sinceMs).events);
  const atMs = Math.floor(sinceMs / 1000) * 1000 - 3 * HOUR_MS;
  // Until the first order webhook a page's word makes orders.
  const first = shopServer(chance).placed(shopOrder({ chance }, { atMs }));
  await expectTotals([first, ...(isShuffled ? chance.shuffled(events) : events)], {
    sinceMs,
    atOnce: 1,
    ordersFrom: 'platform',
  });
}

async function expectTotals(
  events: readonly ScenarioEvent[],
  {
    sinceMs,
    atOnce,
    ordersFrom = 'browser',
  }: { sinceMs: number; atOnce: number; ordersFrom?: 'browser' | 'platform' },
): Promise<void> {
  const expected = reference(events, { ...SETTINGS, ordersFrom });
  const { base, sandbox } = await startCollector({
    ...SCENARIO_VARIABLES,
    ORDERS_FROM: ordersFrom,
    // A page's report may come long after the webhook, and still within the time in which it joins.
    ...(ordersFrom === 'platform' && { ORDER_MERGE_SECONDS: '3600' }),
  });
  expect(await send(base, events, { atOnce })).toEqual([]);
  const response = await sync(base);
  expect(response.status, await response.text()).toBe(200);
  expect(lastOf(sandbox, expected, sinceMs)).toEqual(expected);
}
