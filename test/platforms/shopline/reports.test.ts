import { describe, expect, test } from 'vitest';
import type { Synced } from '../../../server/analytics/store.ts';
import type { FlowTotals, MarketingTotals } from '../../../server/analytics/totals.ts';
import type { Flow, MarketingRule } from '../../../server/config/config.ts';
import type { HttpResponse } from '../../../server/lib/http-client.ts';
import { createCounters } from '../../../server/observe/counters.ts';
import type { AdminCall } from '../../../server/platforms/shopline/admin/api.ts';
import { FlowEntry } from '../../../server/platforms/shopline/reports/flows.ts';
import { MarketingRow } from '../../../server/platforms/shopline/reports/marketing-events.ts';
import { createSync, type SyncParts } from '../../../server/platforms/shopline/reports/sync.ts';
import { flow, marketing, NEWEST_MS, NO_MESSAGES, NOW_MS, node } from '../../analytics/fixtures.ts';
import { createFakeClock, settled } from '../../support/clock.ts';

type State = SyncParts['state'];

/** What one shop's state holds, as the sync sees it; it outlives any sync, as a disk does. */
function createState() {
  const marks = new Set<string>();
  const rows = new Map<string, Synced>();
  const events = new Map<string, MarketingTotals>();
  const flows = new Map<string, FlowTotals>();
  const state: State = {
    dirtyTargets: async () => [...marks].sort(),
    async clearDirtyTargets(_shop, targets) {
      for (const target of targets) marks.delete(target);
    },
    marketingTotals: async (_shop, ids) => ids.map((id) => events.get(id)).filter((one) => one !== undefined),
    flowTotals: async (_shop, ids) => ids.map((id) => flows.get(id)).filter((one) => one !== undefined),
    synced: async () => [...rows.values()],
    async recordSynced(_shop, noted) {
      for (const row of noted) rows.set(row.target, row);
    },
  };
  return {
    state,
    marks,
    rows,
    count(totals: MarketingTotals) {
      events.set(totals.marketingEventId, totals);
      marks.add(`marketing:${totals.marketingEventId}`);
    },
    countFlow(totals: FlowTotals) {
      flows.set(totals.flowId, totals);
      marks.add(`flow:${totals.flowId}`);
    },
  };
}
type Shop = ReturnType<typeof createState>;

interface Call {
  path: string;
  rows: MarketingRow[];
  flows: FlowEntry[];
  body: Record<string, unknown>;
}
type Reply = (call: Call, count: number) => HttpResponse | Promise<HttpResponse>;

const answer = (status: number, body: unknown, traceId = 'trace'): HttpResponse => ({
  status,
  headers: { traceid: traceId },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
/** As SHOPLINE answers when all is well. */
const takeAll: Reply = ({ rows }, count) =>
  answer(200, rows.length > 0 ? { sucess_count: rows.length } : {}, `trace-${count}`);

const ADMIN = {
  handle: 'shop',
  endpoint: 'https://shop.myshopline.com',
  apiVersion: 'v20260301',
  accessToken: 'token',
  appKey: 'key',
  appSecret: 'secret',
  storeId: '1658921299465',
  sourceType: 'storebeacon',
};

/** A sync as it begins with the program, over a state that may be older. */
function begin(
  shop: Shop,
  reply: Reply = takeAll,
  options: { flows?: Flow[]; rules?: MarketingRule[]; admin?: object } = {},
) {
  const calls: Call[] = [];
  const lines: string[] = [];
  const counters = createCounters();
  const clock = createFakeClock(NOW_MS);
  const log = (facts: object, text: string) => void lines.push(JSON.stringify({ ...facts, text }));
  const sync = createSync({
    shop: {
      id: 'tea',
      statistics: { attributionMs: 0, rules: options.rules ?? [], flows: options.flows ?? [] },
    },
    admin: { ...ADMIN, ...options.admin },
    api: {
      async call({ path, body }: AdminCall) {
        const sent = body as Record<string, unknown>;
        const call: Call = {
          path,
          body: sent,
          rows: (sent.marketing_activity_datas as MarketingRow[] | undefined) ?? [],
          flows: (sent.flow_data_list as FlowEntry[] | undefined) ?? [],
        };
        for (const row of call.rows) MarketingRow.parse(row);
        for (const entry of call.flows) FlowEntry.parse(entry);
        calls.push(structuredClone(call));
        return reply(call, calls.length);
      },
    },
    state: shop.state,
    clock,
    counters,
    logger: { info: log, warn: log, error: log },
  });
  return { sync, calls, lines, counters, clock };
}
const ids = ({ rows }: Call) => rows.map(({ marketing_event_id }) => marketing_event_id);
const ordersSent = (calls: readonly Call[]) =>
  calls.flatMap(({ rows }) => rows.map((row) => `${row.marketing_event_id}=${row.order_num}`));

describe('what changed is reported', () => {
  test('the time of a report never goes back, though its newest event was cancelled, and after a restart', async () => {
    const shop = createState();
    shop.count(marketing('MA_1', { orders: 2 }));
    const first = begin(shop);
    await first.sync.run();
    shop.count(marketing('MA_1', { orders: 1, newestAtMs: NEWEST_MS - 3 * 86_400_000 }));
    const second = begin(shop);
    await second.sync.run();
    expect([...first.calls, ...second.calls].flatMap(({ rows }) => rows)).toMatchObject([
      { order_num: 2, occurred_on: NEWEST_MS },
      { order_num: 1, occurred_on: NEWEST_MS },
    ]);
    expect((await begin(shop).sync.run()).marketing.sent).toBe(0);
  });

  test('whole totals, once, and the answer is noted with SHOPLINE’s trace id', async () => {
    const shop = createState();
    shop.count(marketing('MA_1', { orders: 2 }));
    shop.count(marketing('MA_2'));
    const { sync, calls, lines, counters } = begin(shop);
    expect(await sync.run()).toEqual({
      shop: 'tea',
      marketing: { sent: 2, accepted: 2, errors: [], traceIds: ['trace-1'] },
      flows: { sent: 0, accepted: 0, errors: [], traceIds: [] },
    });
    expect(calls.map(({ path }) => path)).toEqual(['sales/marketing_events/sync_data.json']);
    expect(Object.keys(calls[0]?.body ?? {})).toEqual(['marketing_activity_datas']);
    expect(ordersSent(calls)).toEqual(['MA_1=2', 'MA_2=0']);
    expect(shop.rows.get('marketing:MA_1')).toEqual({
      target: 'marketing:MA_1',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      nodes: [],
      newestAtMs: { '': NEWEST_MS },
      at: new Date(NOW_MS).toISOString(),
      traceId: 'trace-1',
    });
    expect(shop.marks.size).toBe(0);
    expect(lines.join()).toContain('trace-1');
    expect(counters.snapshot()).toEqual([
      {
        name: 'statistics_syncs',
        labels: { shop: 'tea', report: 'marketing', outcome: 'accepted' },
        value: 2,
      },
    ]);
    expect((await sync.run()).marketing.sent).toBe(0);
    expect(calls).toHaveLength(1);
  });

  test('a mark without a change sends nothing and goes away', async () => {
    const shop = createState();
    shop.count(marketing('MA_1', { orders: 2 }));
    const { sync, calls } = begin(shop);
    await sync.run();
    const before = shop.rows.get('marketing:MA_1');
    shop.count(marketing('MA_1', { orders: 2 }));
    expect((await sync.run()).marketing).toMatchObject({ sent: 0, errors: [] });
    expect(calls).toHaveLength(1);
    expect(shop.marks.size).toBe(0);
    expect(shop.rows.get('marketing:MA_1')).toEqual(before);
  });

  test('fifty rows a call', async () => {
    const shop = createState();
    for (let index = 100; index < 220; index++) shop.count(marketing(`MA_${index}`));
    const { sync, calls } = begin(shop);
    expect((await sync.run()).marketing).toMatchObject({ sent: 120, accepted: 120 });
    expect(calls.map(({ rows }) => rows.length)).toEqual([50, 50, 20]);
  });

  test('what is credited anew only while totals are read is reported in the same run', async () => {
    const shop = createState();
    shop.count(marketing('MA_1', { orders: 1 }));
    const { marketingTotals } = shop.state;
    shop.state.marketingTotals = async (name, wanted) => {
      if (!wanted.includes('MA_2')) shop.count(marketing('MA_2', { orders: 1 }));
      return marketingTotals(name, wanted);
    };
    const { sync, calls } = begin(shop);
    await sync.run();
    expect(ordersSent(calls)).toEqual(['MA_1=1', 'MA_2=1']);
  });

  test('a target of which nothing is known any more is let go', async () => {
    const shop = createState();
    shop.marks.add('marketing:MA_gone').add('flow:gone');
    const { sync, calls } = begin(shop);
    expect((await sync.run()).marketing.errors).toEqual([]);
    expect(calls).toEqual([]);
    expect([...shop.rows.values()].filter(({ error }) => error !== undefined)).toEqual([]);
    expect(shop.marks.size).toBe(0);
  });
});

describe('what SHOPLINE does not take', () => {
  test('fewer rows than sent: each is sent alone, the one at fault is named, and is sent again the next time', async () => {
    const shop = createState();
    for (const id of ['MA_1', 'MA_bad', 'MA_3']) shop.count(marketing(id));
    const takeKnown: Reply = (call, count) =>
      answer(200, { sucess_count: ids(call).filter((id) => id !== 'MA_bad').length }, `trace-${count}`);
    const { sync, calls, counters } = begin(shop, takeKnown);
    const { marketing: outcome } = await sync.run();
    expect(calls.map(ids)).toEqual([['MA_1', 'MA_3', 'MA_bad'], ['MA_1'], ['MA_3'], ['MA_bad']]);
    expect(outcome).toEqual({
      sent: 3,
      accepted: 2,
      errors: [{ id: 'MA_bad', answer: expect.stringMatching(/accepted 0 of 1.*trace-4/) }],
      traceIds: ['trace-1', 'trace-2', 'trace-3', 'trace-4'],
    });
    const noted = shop.rows.get('marketing:MA_bad');
    expect(noted?.error).toContain('accepted 0 of 1');
    expect(noted).not.toHaveProperty('digest');
    expect(counters.snapshot().map(({ labels, value }) => [labels.outcome, value])).toEqual([
      ['accepted', 2],
      ['refused', 1],
    ]);
    expect((await sync.run()).marketing).toMatchObject({ sent: 1, accepted: 0 });
    expect(calls.slice(4).map(ids)).toEqual([['MA_bad']]);
  });

  test('rows that were refused alone before hold up no other, and cost one call for all until they change', async () => {
    const shop = createState();
    for (let index = 10; index < 40; index++) shop.count(marketing(`MA_bad${index}`));
    shop.count(marketing('MA_good', { orders: 1 }));
    const known = new Set(['MA_good']);
    const takeKnown: Reply = (call) =>
      answer(200, { sucess_count: ids(call).filter((id) => known.has(id)).length });
    const { sync, calls } = begin(shop, takeKnown);
    await sync.run();
    expect(calls).toHaveLength(1 + 31);
    shop.count(marketing('MA_good', { orders: 2 }));
    calls.length = 0;
    const { marketing: outcome } = await sync.run();
    expect(calls.map(({ rows }) => rows.length)).toEqual([1, 30]);
    expect(outcome).toMatchObject({ sent: 31, accepted: 1 });
    expect(outcome.errors).toHaveLength(30);
    known.add('MA_bad20');
    expect((await sync.run()).marketing).toMatchObject({ sent: 30, accepted: 1 });
    shop.count(marketing('MA_bad30', { orders: 1 }));
    calls.length = 0;
    await sync.run();
    expect(calls.map(({ rows }) => rows.length)).toEqual([1, 28]);
  });

  test('invented marketing events are tried 150 in a run, and hold up none that is configured or was accepted before', async () => {
    const shop = createState();
    shop.count(marketing('MA_known'));
    const rules = [{ marketing_event_id: 'MA_configured', utm_campaign: 'spring' }];
    const isKnown = (id: string) => id === 'MA_known' || id === 'MA_configured';
    const takeKnown: Reply = (call) => answer(200, { sucess_count: ids(call).filter(isKnown).length });
    const { sync, calls } = begin(shop, takeKnown, { rules });
    await sync.run();
    for (let index = 1000; index < 1350; index++) shop.count(marketing(`MA_invented${index}`));
    shop.count(marketing('MA_known', { orders: 2 }));
    shop.count(marketing('MA_configured'));
    calls.length = 0;
    expect((await sync.run()).marketing).toMatchObject({ sent: 152, accepted: 2 });
    expect(calls).toHaveLength(1 + 3 + 150);
    expect(ids(calls[0] as Call).toSorted()).toEqual(['MA_configured', 'MA_known']);
    await sync.run();
    await sync.run();
    const tried = new Set(calls.flatMap(ids));
    expect(tried.size).toBe(352);
  });

  test.each([
    ['SHOPLINE’s own spelling', { sucess_count: 1 }],
    ['the usual spelling', { success_count: 1 }],
    ['inside data', { code: 200, data: { sucess_count: 1 } }],
    ['beside a message of success', { code: 'SUCCESS', message: 'ok', sucess_count: 1 }],
    ['as text', { sucess_count: '1' }],
  ])('the count may come in %s', async (_how, body) => {
    const shop = createState();
    shop.count(marketing('MA_1'));
    expect((await begin(shop, () => answer(200, body)).sync.run()).marketing.accepted).toBe(1);
  });

  test.each([
    ['a refusal around a code', answer(200, { code: 'BAD_ROW', message: 'no such event' }), 'no such event'],
    ['422', answer(422, { errors: 'occurred_on is wrong' }), 'occurred_on is wrong'],
    ['400', answer(400, { errors: ['a', 'b'] }), '["a","b"]'],
  ])('%s: every row is sent on its own, and the answer is stored', async (_what, reply, words) => {
    const shop = createState();
    shop.count(marketing('MA_1'));
    shop.count(marketing('MA_2'));
    const { sync, calls } = begin(shop, () => reply);
    const { marketing: outcome } = await sync.run();
    expect(calls.map(ids)).toEqual([['MA_1', 'MA_2'], ['MA_1'], ['MA_2']]);
    expect(outcome).toMatchObject({ sent: 2, accepted: 0 });
    expect(outcome.errors.map(({ id }) => id)).toEqual(['MA_1', 'MA_2']);
    expect(outcome.errors[0]?.answer).toContain(words);
  });

  test('a row SHOPLINE could not read is not even sent, and holds up no other', async () => {
    const shop = createState();
    shop.count(marketing('MA_1', { orders: 1.5 }));
    shop.count(marketing('MA_2'));
    const { sync, calls } = begin(shop);
    const { marketing: outcome } = await sync.run();
    expect(calls.map(ids)).toEqual([['MA_2']]);
    expect(outcome).toMatchObject({ sent: 1, accepted: 1 });
    expect(outcome.errors).toEqual([{ id: 'MA_1', answer: expect.stringMatching(/not sent: order_num/) }]);
  });
});

describe('a failure that concerns every call ends the run, is described, and is made up for by the next run', () => {
  const manyRows = () => {
    const shop = createState();
    for (let index = 100; index < 170; index++) shop.count(marketing(`MA_${index}`, { orders: index }));
    shop.countFlow(flow('f1', { orders: 1 }));
    return shop;
  };
  const flows: Flow[] = [{ flow_id: 'f1', campaign_id: '1', nodes: [] }];

  test.each([
    ['429', answer(429, { errors: 'slow down' }), 'slow down'],
    ['434', answer(434, ''), 'HTTP 434'],
    ['500', answer(500, '<html><b>oops</b></html>'), 'oops'],
    ['503', answer(503, ''), 'HTTP 503'],
    ['401', answer(401, { errors: 'expired' }), 'SHOPLINE_ACCESS_TOKEN'],
    ['401 inside a 200', answer(200, { code: 401, message: 'expired' }), 'SHOPLINE_ACCESS_TOKEN'],
    ['403', answer(403, { errors: 'no' }), 'write_marketing_event'],
    ['404', answer(404, { errors: 'Not Found' }), 'SHOPLINE_API_VERSION'],
    ['a redirect', answer(302, ''), 'SHOPLINE_ENDPOINT'],
    ['a page instead of an answer', answer(200, '<html>sign in</html>'), 'not JSON'],
    ['an answer without a count', answer(200, { data: {} }), 'how many rows'],
  ])('%s', async (_what, trouble, words) => {
    const shop = manyRows();
    let isDown = true;
    const { sync, calls, counters } = begin(
      shop,
      (call, count) => (isDown ? trouble : takeAll(call, count)),
      {
        flows,
      },
    );
    const report = await sync.run();
    expect(calls).toHaveLength(1);
    expect(report.marketing).toMatchObject({ sent: 50, accepted: 0 });
    expect(report.marketing.errors).toHaveLength(70);
    expect(report.flows).toMatchObject({ sent: 0, errors: [{ id: 'f1' }] });
    for (const { answer: text } of [...report.marketing.errors, ...report.flows.errors])
      expect(text).toContain(words);
    expect(counters.snapshot().map(({ labels }) => labels.outcome)).toEqual(['failed', 'failed']);
    isDown = false;
    const next = await sync.run();
    expect(next.marketing).toMatchObject({ sent: 70, accepted: 70, errors: [] });
    expect(next.flows).toMatchObject({ sent: 1, accepted: 1 });
    expect([...shop.rows.values()].filter(({ error }) => error !== undefined)).toEqual([]);
  });

  test('no answer at all', async () => {
    const shop = manyRows();
    const { sync } = begin(shop, () => Promise.reject(new Error('ECONNREFUSED: nobody there')), { flows });
    const report = await sync.run();
    expect(report.marketing.errors[0]?.answer).toContain('ECONNREFUSED');
    expect(report.marketing.traceIds).toEqual([]);
    const again = begin(shop, takeAll, { flows });
    expect((await again.sync.run()).marketing.accepted).toBe(70);
  });

  test('in the middle of asking row by row', async () => {
    const shop = createState();
    for (const id of ['MA_1', 'MA_2', 'MA_3']) shop.count(marketing(id));
    const { sync } = begin(
      shop,
      (_call, count) =>
        [answer(200, { sucess_count: 2 }), answer(200, { sucess_count: 1 }), answer(503, '')][count - 1] ??
        answer(500, ''),
    );
    const { marketing: outcome } = await sync.run();
    expect(outcome).toMatchObject({ sent: 2, accepted: 1 });
    expect(outcome.errors.map(({ id }) => id)).toEqual(['MA_2', 'MA_3']);
    const again = begin(shop);
    await again.sync.run();
    expect(again.calls.map(ids)).toEqual([['MA_2', 'MA_3']]);
  });
});

describe('no total is lost', () => {
  test('what is counted while its report is in the air is reported the next time', async () => {
    const shop = createState();
    shop.count(marketing('MA_1', { orders: 1 }));
    const { sync, calls } = begin(shop, (call, count) => {
      if (count === 1) shop.count(marketing('MA_1', { orders: 2 }));
      return takeAll(call, count);
    });
    await sync.run();
    await sync.run();
    await sync.run();
    expect(ordersSent(calls)).toEqual(['MA_1=1', 'MA_1=2']);
  });

  test('what is counted between any two steps of a run is reported in the end', async () => {
    const steps = ['dirtyTargets', 'clearDirtyTargets', 'marketingTotals', 'synced', 'recordSynced'] as const;
    for (const step of steps)
      for (const moment of ['before', 'after'])
        for (let nth = 1; nth <= 3; nth++) {
          const shop = createState();
          shop.count(marketing('MA_1', { orders: 1 }));
          const real = shop.state[step] as (...args: unknown[]) => Promise<unknown>;
          let count = 0;
          Object.assign(shop.state, {
            [step]: async (...args: unknown[]) => {
              const isNow = ++count === nth;
              if (isNow && moment === 'before') shop.count(marketing('MA_1', { orders: 2 }));
              const result = await real(...args);
              if (isNow && moment === 'after') shop.count(marketing('MA_1', { orders: 2 }));
              return result;
            },
          });
          const { sync, calls } = begin(shop);
          for (let run = 0; run < 3; run++) await sync.run();
          const last = count >= nth ? 'MA_1=2' : 'MA_1=1';
          expect([step, moment, nth, ordersSent(calls).at(-1)]).toEqual([step, moment, nth, last]);
        }
  });

  test('a crash at any step costs nothing but the same totals once more', async () => {
    const steps = ['dirtyTargets', 'clearDirtyTargets', 'marketingTotals', 'synced', 'recordSynced'] as const;
    for (const step of steps)
      for (const moment of ['before', 'after'])
        for (let nth = 1; nth <= 4; nth++) {
          const shop = createState();
          shop.count(marketing('MA_1', { orders: 1 }));
          const real = { ...shop.state };
          let count = 0;
          Object.assign(shop.state, {
            [step]: async (...args: never[]) => {
              const isNow = ++count === nth;
              if (isNow && moment === 'before') throw new Error('power cut');
              const result = await (real[step] as (...args: unknown[]) => Promise<unknown>)(...args);
              if (isNow && moment === 'after') throw new Error('power cut');
              return result;
            },
          });
          const crashed = begin(shop);
          await crashed.sync.run().catch(() => {});
          Object.assign(shop.state, real);
          const next = begin(shop);
          await next.sync.run();
          const sent = ordersSent([...crashed.calls, ...next.calls]);
          expect([step, moment, nth, new Set(sent)]).toEqual([step, moment, nth, new Set(['MA_1=1'])]);
          expect(sent.length).toBeLessThanOrEqual(2);
          expect(shop.rows.get('marketing:MA_1')).toMatchObject({ digest: expect.any(String) });
          expect(shop.rows.get('marketing:MA_1')).not.toHaveProperty('error');
          await next.sync.run();
          expect(ordersSent([...crashed.calls, ...next.calls])).toEqual(sent);
        }
  });

  test('totals that went back to what was accepted before a crash are sent again: what SHOPLINE holds is unknown', async () => {
    const shop = createState();
    shop.count(marketing('MA_1', { orders: 1 }));
    await begin(shop).sync.run();
    shop.count(marketing('MA_1', { orders: 2 }));
    const crashing = begin(shop, (call, count) => {
      // SHOPLINE accepted it; the process died before recording that.
      const { recordSynced } = shop.state;
      shop.state.recordSynced = () => {
        shop.state.recordSynced = recordSynced;
        return Promise.reject(new Error('power cut'));
      };
      return takeAll(call, count);
    });
    await expect(crashing.sync.run()).rejects.toThrow('power cut');
    shop.count(marketing('MA_1', { orders: 1 }));
    const next = begin(shop);
    await next.sync.run();
    expect(ordersSent([...crashing.calls, ...next.calls])).toEqual(['MA_1=2', 'MA_1=1']);
  });
});

describe('one report at a time', () => {
  test('who asks meanwhile shares the next report, which knows what was counted by then', async () => {
    const shop = createState();
    shop.count(marketing('MA_1', { orders: 1 }));
    const gate = Promise.withResolvers<void>();
    let inAir = 0;
    let most = 0;
    const { sync, calls } = begin(shop, async (call, count) => {
      most = Math.max(most, ++inAir);
      if (count === 1) await gate.promise;
      inAir--;
      return takeAll(call, count);
    });
    const first = sync.run();
    await settled();
    shop.count(marketing('MA_1', { orders: 2 }));
    const others = [sync.run(), sync.run(), sync.run()];
    gate.resolve();
    await first;
    const [second, ...rest] = await Promise.all(others);
    for (const one of rest) expect(one).toBe(second);
    expect(ordersSent(calls)).toEqual(['MA_1=1', 'MA_1=2']);
    expect(most).toBe(1);
    await sync.run();
    expect(calls).toHaveLength(2);
  });

  test('a failed report does not prevent the next', async () => {
    const shop = createState();
    shop.count(marketing('MA_1'));
    const { dirtyTargets } = shop.state;
    shop.state.dirtyTargets = () => Promise.reject(new Error('disk full'));
    const { sync } = begin(shop);
    const first = sync.run();
    const second = sync.run();
    await expect(first).rejects.toThrow('disk full');
    await expect(second).rejects.toThrow('disk full');
    shop.state.dirtyTargets = dirtyTargets;
    expect((await sync.run()).marketing.accepted).toBe(1);
  });
});

describe('flows', () => {
  const nodeOf = (id: string) => ({ node_id: id, action_id: '7' });
  const configured: Flow[] = [{ flow_id: 'f1', campaign_id: '1', nodes: [nodeOf('n1'), nodeOf('n2')] }];
  const counted = (orders = 1) =>
    flow('f1', {
      orders,
      nodes: [node('n1', { orders, messages: { ...NO_MESSAGES, sent: 4 } }), node('n2', { orders: 3 })],
    });

  test('without any activity are reported once, with zeros', async () => {
    const shop = createState();
    const first = begin(shop, takeAll, { flows: configured });
    expect((await first.sync.run()).flows).toMatchObject({ sent: 1, accepted: 1 });
    expect(first.calls[0]?.flows).toMatchObject([{ flow_id: 'f1', order_num: 0, send_count: 0 }]);
    await first.sync.run();
    await first.clock.advance(3_600_000);
    await first.sync.run();
    expect(first.calls).toHaveLength(1);
    const restarted = begin(shop, takeAll, { flows: configured });
    await restarted.sync.run();
    expect(restarted.calls).toEqual([]);
  });

  test('arrive with whose app they are, and only those that are configured', async () => {
    const shop = createState();
    const { sync, calls } = begin(shop, takeAll, { flows: configured });
    shop.countFlow(counted());
    shop.countFlow(flow('not-in-FLOWS', { orders: 5 }));
    expect((await sync.run()).flows).toEqual({ sent: 1, accepted: 1, errors: [], traceIds: ['trace-1'] });
    expect(calls[0]).toMatchObject({
      path: 'sales/flow/batch_sync_flow_data.json',
      body: { app_key: 'key', source_type: 'storebeacon', store_id: '1658921299465' },
    });
    expect(calls[0]?.flows.map(({ flow_id }) => flow_id)).toEqual(['f1']);
    expect(shop.rows.get('flow:f1')).toMatchObject({ nodes: ['n1', 'n2'] });
  });

  test('an hour later nothing is sent for a node that is still unknown', async () => {
    const shop = createState();
    shop.countFlow(flow('f1', { orders: 1 }));
    const { sync, calls, clock } = begin(shop, takeAll, { flows: configured });
    await sync.run();
    await clock.advance(3_600_000);
    shop.countFlow(flow('f1', { orders: 1 }));
    await sync.run();
    expect(calls).toHaveLength(1);
  });

  test('a hundred a call', async () => {
    const shop = createState();
    const flows = Array.from(
      { length: 230 },
      (_, index): Flow => ({ flow_id: `f${index}`, campaign_id: '1', nodes: [] }),
    );
    for (const { flow_id } of flows) shop.countFlow(flow(flow_id));
    const { sync, calls } = begin(shop, takeAll, { flows });
    expect((await sync.run()).flows).toMatchObject({ sent: 230, accepted: 230 });
    expect(calls.map((call) => call.flows.length)).toEqual([100, 100, 30]);
  });

  test('a node that left FLOWS is deleted once, with its last totals', async () => {
    const shop = createState();
    shop.countFlow(counted());
    await begin(shop, takeAll, { flows: configured }).sync.run();
    const fewer: Flow[] = [{ flow_id: 'f1', campaign_id: '1', nodes: [nodeOf('n1')] }];
    const after = begin(shop, takeAll, { flows: fewer });
    await after.sync.run();
    expect(after.calls[0]?.flows[0]?.flow_node_data_list.map(({ node_id }) => node_id)).toEqual(['n1']);
    expect(after.calls[0]?.flows[0]?.delete_flow_node_data_list).toMatchObject([
      { node_id: 'n2', order_num: 3 },
    ]);
    await after.sync.run();
    await begin(shop, takeAll, { flows: fewer }).sync.run();
    expect(after.calls).toHaveLength(1);
    shop.countFlow(counted(2));
    await after.sync.run();
    expect(after.calls[1]?.flows[0]?.delete_flow_node_data_list).toEqual([]);
  });

  test('the nodes of a flow that left FLOWS before it had any activity are deleted once, too', async () => {
    const shop = createState();
    await begin(shop, takeAll, { flows: configured }).sync.run();
    const after = begin(shop, takeAll, { flows: [] });
    await after.sync.run();
    expect(after.calls[0]?.flows[0]?.delete_flow_node_data_list.map(({ node_id }) => node_id)).toEqual([
      'n1',
      'n2',
    ]);
    await after.sync.run();
    expect(after.calls).toHaveLength(1);
  });

  test('a deletion is reported again until it is accepted', async () => {
    const shop = createState();
    shop.countFlow(counted());
    await begin(shop, takeAll, { flows: configured }).sync.run();
    const down = begin(shop, () => answer(503, ''), { flows: [] });
    await down.sync.run();
    const up = begin(shop, takeAll, { flows: [] });
    await up.sync.run();
    for (const { calls } of [down, up])
      expect(calls[0]?.flows[0]?.delete_flow_node_data_list.map(({ node_id }) => node_id)).toEqual([
        'n1',
        'n2',
      ]);
    expect(up.calls[0]?.flows[0]?.flow_node_data_list).toEqual([]);
    await up.sync.run();
    expect(up.calls).toHaveLength(1);
  });

  test('a flow that is configured otherwise after a restart is reported, though nothing was counted', async () => {
    const shop = createState();
    shop.countFlow(counted());
    await begin(shop, takeAll, { flows: configured }).sync.run();
    const [first] = configured;
    const moved: Flow[] = [
      { ...first, flow_id: 'f1', nodes: [nodeOf('n1'), { ...nodeOf('n2'), parent_node_id: 'n1' }] },
    ];
    const { sync, calls } = begin(shop, takeAll, { flows: moved });
    await sync.run();
    expect(calls[0]?.flows[0]?.flow_node_data_list[1]).toMatchObject({ node_id: 'n2', parent_node_id: 'n1' });
  });

  test('a refusal names the flow at fault and spares the others', async () => {
    const shop = createState();
    const flows = ['f1', 'f2', 'f3'].map((flow_id): Flow => ({ flow_id, campaign_id: '1', nodes: [] }));
    for (const { flow_id } of flows) shop.countFlow(flow(flow_id));
    const { sync } = begin(
      shop,
      (call) =>
        call.flows.some(({ flow_id }) => flow_id === 'f2')
          ? answer(200, { code: 'FLOW_NOT_FOUND', message: 'f2 does not exist' })
          : answer(200, { code: 200, i18nCode: 'SUCCESS', message: 'ok' }),
      { flows },
    );
    const report = await sync.run();
    expect(report.flows).toMatchObject({ sent: 3, accepted: 2 });
    expect(report.flows.errors).toEqual([{ id: 'f2', answer: expect.stringContaining('f2 does not exist') }]);
  });

  test('without an app nothing of a flow is sent, and its mark waits for one', async () => {
    const shop = createState();
    shop.countFlow(counted());
    const without = begin(shop, takeAll, { flows: configured, admin: { storeId: undefined } });
    await without.sync.run();
    expect(without.calls).toEqual([]);
    const withApp = begin(shop, takeAll, { flows: configured });
    expect((await withApp.sync.run()).flows.accepted).toBe(1);
  });
});
