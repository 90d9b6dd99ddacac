import { beforeAll, describe, expect, test } from 'vitest';
import type { Facts, OrderReport, Touch } from '../../server/analytics/facts.ts';
import type { AnalyticsDatabase } from '../../server/analytics/store/database.ts';
import type { MethodParts } from '../../server/analytics/store/methods.ts';
import type { Cost } from '../../server/analytics/store.ts';

const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const NOW = Date.parse('2026-03-01T00:00:00Z');
export const NONE: Facts = {
  links: [],
  touches: [],
  visits: [],
  actions: [],
  orderReports: [],
  merges: [],
  messages: [],
};

export const touch = (id: string, parts: Partial<Touch> = {}): Touch => ({
  id,
  kind: 'landing',
  people: ['a:ann'],
  claimed: [],
  atMs: NOW,
  receivedAtMs: NOW,
  marketingEventId: 'MA_1',
  ...parts,
});
export const orderReport = (id: string, parts: Partial<OrderReport> = {}): OrderReport => ({
  id,
  stage: 'placed',
  source: 'browser',
  orderId: '1001',
  names: [],
  part: '',
  people: ['a:ann'],
  atMs: NOW + HOUR,
  receivedAtMs: NOW + HOUR,
  amountHundredths: 10_000,
  items: [{ productId: 'shirt', units: 2 }],
  ...parts,
});
export const visit = (id: string, visitor: `a:${string}`, country?: string) => ({
  id,
  marketingEventId: 'MA_1',
  visitor,
  ...(country && { country }),
  atMs: NOW,
  receivedAtMs: NOW,
});
export const visitor = (anonymousId: string) => ({
  anonymousId,
  seenAtMs: NOW,
});

/** What the analytics store keeps on any engine. */
export const describeAnalytics = (
  name: string,
  open: (parts: Omit<MethodParts, 'pepper'>) => Promise<AnalyticsDatabase>,
) =>
  describe(name, () => {
    let store: AnalyticsDatabase;
    let shops = 0;
    beforeAll(async () => {
      const rules = { currency: 'TWD', attributionMs: 7 * DAY };
      const known = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`shop-${index}`, rules]));
      store = await open({ shops: known });
      return () => store.close();
    }, 60_000);

    /** A new shop without facts. */
    const newShop = () => {
      const shop = `shop-${shops++}`;
      return {
        shop,
        apply: (facts: Partial<Facts>, visitors = [] as ReturnType<typeof visitor>[]) =>
          store.transaction((state) => state.apply(shop, { ...NONE, ...facts }, visitors)),
        costs: (...costs: Cost[]) => store.transaction((state) => state.putCosts(shop, costs)),
        totals: async (id = 'MA_1') =>
          (await store.transaction((state) => state.marketingTotals(shop, [id])))[0],
        flow: async (id: string) => (await store.transaction((state) => state.flowTotals(shop, [id])))[0],
        dirtyTargets: () => store.transaction((state) => state.dirtyTargets(shop)),
        attributeAll: async () => {
          const targets = await store.transaction((state) => state.dirtyTargets(shop));
          await store.transaction((state) => state.clearDirtyTargets(shop, targets));
        },
        erase: (people: readonly `${'a' | 'u' | 'e'}:${string}`[], orders: readonly string[] = []) =>
          store.transaction((state) => state.erase(shop, { people, orders, messageIds: [] })),
        retain: (nowMs: number) => store.transaction((state) => state.retain(nowMs, 30 * DAY)),
      };
    };

    /** A little of everything. */
    const EVERYTHING: Partial<Facts> = {
      links: [{ one: 'a:ann', other: 'u:7', receivedAtMs: NOW }],
      touches: [
        touch('landing'),
        touch('click', { kind: 'click', people: ['u:7'], atMs: NOW - 60_000, flowId: 'F', nodeId: 'N' }),
      ],
      visits: [visit('landing', 'a:ann', 'tw'), visit('other', 'a:bob', 'jp')],
      actions: [
        { id: 'message:cart', kind: 'cart', people: ['a:ann'], atMs: NOW + 1, receivedAtMs: NOW },
        { id: 'checkout:tok', kind: 'checkout', people: ['a:ann'], atMs: NOW + 2, receivedAtMs: NOW },
      ],
      orderReports: [
        orderReport('page'),
        orderReport('hook', {
          source: 'platform',
          orderId: '1001',
          names: ['26-digits'],
          people: ['u:7', 'e:digest'],
          amountHundredths: 9_900,
        }),
        orderReport('refund', {
          stage: 'refunded',
          source: 'platform',
          part: 'refund',
          people: [],
          amountHundredths: 900,
          items: [],
        }),
      ],
      messages: [
        {
          deliveryId: 'd',
          metric: 'sent',
          journeyId: 'j',
          person: 'u:7',
          atMs: NOW,
          receivedAtMs: NOW,
          flowId: 'F',
          nodeId: 'N',
        },
        {
          deliveryId: 'd',
          metric: 'opened',
          journeyId: 'j',
          person: 'u:7',
          atMs: NOW,
          receivedAtMs: NOW,
          flowId: 'F',
          nodeId: 'N',
        },
      ],
    };

    test('ids that hold U+0000 stop nothing', async () => {
      const { apply, totals, erase, attributeAll } = newShop();
      const people = ['a:v\0' as const];
      await apply({ touches: [touch('l\0', { people })], orderReports: [orderReport('r\0', { people })] });
      await apply({ touches: [touch('click')], orderReports: [orderReport('page', { orderId: '1002' })] });
      await attributeAll();
      await erase(people);
      expect((await totals())?.orders).toBeGreaterThan(0);
    });

    test('facts applied twice, three times, one by one and in reverse count once', async () => {
      const once = newShop();
      await once.apply(EVERYTHING);
      const often = newShop();
      const pieces = (Object.keys(EVERYTHING) as (keyof Facts)[]).flatMap((kind) =>
        (EVERYTHING[kind] ?? []).map((fact) => ({ [kind]: [fact] }) as Partial<Facts>),
      );
      for (const order of [pieces.toReversed(), pieces, pieces])
        for (const piece of order) {
          await often.apply(piece);
          await often.dirtyTargets();
        }
      expect(await often.totals()).toEqual(await once.totals());
      expect(await often.flow('F')).toEqual(await once.flow('F'));
      expect(await once.totals()).toMatchObject({
        orders: 1,
        amountHundredths: 9_000,
        refundedHundredths: 900,
        units: 2,
        buyers: 1,
        newBuyers: 1,
        visitors: 2,
        landings: 2,
        carts: 1,
        checkouts: 1,
        regions: [
          { country: 'jp', landings: 1 },
          { country: 'tw', landings: 1 },
        ],
      });
      expect(await once.flow('F')).toMatchObject({ orders: 1, amountHundredths: 9_000, journeys: 1 });
    });

    test('a touch or a link may arrive after the order', async () => {
      const shop = newShop();
      await shop.apply({ orderReports: [orderReport('o', { people: ['u:7'] })] });
      expect(await shop.totals()).toBeUndefined();
      await shop.apply({ touches: [touch('t')], visits: [visit('t', 'a:ann')] });
      expect(await shop.totals()).toMatchObject({ orders: 0 });
      await shop.attributeAll();
      await shop.apply({ links: [{ one: 'u:7', other: 'a:ann', receivedAtMs: NOW }] });
      expect(await shop.dirtyTargets()).toEqual(['marketing:MA_1']);
      expect(await shop.totals()).toMatchObject({ orders: 1 });
    });

    test('orders that turn out to be one are joined, and the other’s campaign loses its credit', async () => {
      const shop = newShop();
      await shop.apply({
        touches: [
          touch('t1', { people: ['a:ann'] }),
          touch('t2', { people: ['u:7'], atMs: NOW + 5, marketingEventId: 'MA_2' }),
        ],
        visits: [visit('t1', 'a:ann')],
        orderReports: [
          orderReport('page', { orderId: 'A' }),
          orderReport('hook', { source: 'platform', orderId: 'B', people: ['u:7'] }),
        ],
      });
      expect(await shop.totals()).toMatchObject({ orders: 1 });
      expect(await shop.totals('MA_2')).toMatchObject({ orders: 1 });
      await shop.attributeAll();
      await shop.apply({
        merges: [{ from: 'A', to: 'B' }],
        orderReports: [orderReport('paid', { stage: 'paid', source: 'platform', orderId: 'A', people: [] })],
      });
      expect(await shop.dirtyTargets()).toEqual(['marketing:MA_1', 'marketing:MA_2']);
      expect(await shop.totals()).toMatchObject({ orders: 0 });
      expect(await shop.totals('MA_2')).toMatchObject({ orders: 1, paidOrders: 1 });
    });

    test('the time of the newest landing stays when its visitor is erased and its row is deleted', async () => {
      const shop = newShop();
      await shop.apply({ visits: [visit('v', 'a:ann', 'tw')], touches: [touch('v')] });
      await shop.erase(['a:ann']);
      await shop.retain(NOW + DAY);
      expect(await shop.totals()).toMatchObject({ landings: 1, newestAtMs: NOW });
    });

    test('reports of an order that was merged before they were read are counted with it', async () => {
      const shop = newShop();
      await shop.apply({
        visits: [visit('v', 'a:ann')],
        touches: [touch('v')],
        merges: [{ from: 'A', to: 'B' }],
      });
      await shop.apply({ orderReports: [orderReport('page', { orderId: 'A' })] });
      const hook = orderReport('hook', { source: 'platform', orderId: 'B', people: ['u:7'] });
      await shop.apply({ orderReports: [hook] });
      expect(await shop.totals()).toMatchObject({ orders: 1 });
    });

    test('merges and reports of one batch count as when each comes by itself', async () => {
      const page = (id: string, orderId: string, person: `a:${string}`) =>
        orderReport(id, { orderId, people: [person] });
      const reports = [
        page('first', 'A', 'a:ann'),
        page('first', 'A', 'a:ann'),
        page('second', 'B', 'a:bob'),
        orderReport('hook', { source: 'platform', orderId: 'C', names: ['#7'], people: ['u:7'] }),
        orderReport('former', { source: 'platform', orderId: '#7', isByNames: true, people: ['u:7'] }),
        page('other', 'D', 'a:eve'),
      ];
      const merges = ['A B', 'X Y', 'B C', 'A C', 'Y D'].map((pair) => {
        const [from = '', to = ''] = pair.split(' ');
        return { from, to };
      });
      const late = orderReport('late', {
        source: 'platform',
        orderId: 'X',
        people: [],
        amountHundredths: 500,
      });
      const landings = ['a:ann', 'a:bob', 'a:eve', 'u:7'].map((person) =>
        touch(`t-${person}`, { people: [person as 'a:ann'] }),
      );
      const found = [];
      for (const isTogether of [true, false])
        for (const isKnown of [true, false]) {
          const shop = newShop();
          await shop.apply({ touches: landings });
          if (isKnown) {
            await shop.apply({ orderReports: reports.slice(0, 3) });
            await shop.attributeAll();
          }
          if (isTogether) await shop.apply({ merges, orderReports: [...reports, late] });
          else {
            for (const merge of merges) await shop.apply({ merges: [merge] });
            for (const report of [...reports, late]) await shop.apply({ orderReports: [report] });
          }
          found.push(await shop.totals());
        }
      expect(found[0]).toMatchObject({ orders: 2 });
      for (const totals of found) expect(totals).toEqual(found[0]);
    });

    describe('an order with an evidenced visitor', () => {
      const TOKEN = 't:cart-token-1';
      const hook = orderReport('hook', { source: 'platform', people: ['u:7', TOKEN] });
      const evidence = orderReport('page', { isEvidence: true, people: ['a:ann'], amountHundredths: 1 });
      const claim = { one: 'a:evil', other: 'u:7', receivedAtMs: NOW } as const;
      const evil = touch('evil', {
        people: ['a:evil', 'u:7'],
        claimed: ['u:7'],
        atMs: NOW + 60_000,
        marketingEventId: 'MA_EVIL',
      });
      const bought = async (facts: Partial<Facts>) => {
        const shop = newShop();
        await shop.apply({ ...facts, links: [claim, ...(facts.links ?? [])], touches: [touch('t'), evil] });
        const totals = await shop.totals('MA_EVIL');
        return {
          evil: totals?.orders ?? 0,
          own: (await shop.totals())?.orders ?? 0,
          all: await shop.totals(),
        };
      };

      test('is credited by that visitor’s touch, whatever another browser claims of its buyer', async () => {
        const found = await bought({ orderReports: [hook, evidence] });
        expect(found).toMatchObject({ own: 1, evil: 0, all: { amountHundredths: 10_000 } });
      });

      test('whose visitor showed its cart token', async () => {
        const links = [{ one: 'a:ann', other: TOKEN, receivedAtMs: NOW } as const];
        expect(await bought({ orderReports: [hook], links })).toMatchObject({ own: 1, evil: 0 });
      });

      test('and the visitor who showed its token as another user is not its visitor', async () => {
        const links = [
          { one: 'a:bob', other: TOKEN, receivedAtMs: NOW },
          { one: 'a:bob', other: 'u:bob', receivedAtMs: NOW },
        ] as const;
        expect(await bought({ orderReports: [hook], links: [...links] })).toMatchObject({ own: 0, evil: 1 });
      });

      test('follows what a browser claims where it has none', async () => {
        expect(await bought({ orderReports: [hook] })).toMatchObject({ own: 0, evil: 1 });
      });

      test('follows what the shop’s backend or Customer.io links to its buyer', async () => {
        const shop = newShop();
        await shop.apply({
          touches: [touch('t', { people: ['a:phone', 'c:9'] })],
          links: [{ one: 'c:9', other: 'u:7', receivedAtMs: NOW, isProven: true }],
          orderReports: [hook, { ...evidence, people: ['a:other'] }],
        });
        expect(await shop.totals()).toMatchObject({ orders: 1 });
      });
    });

    test('a buyer is new to the campaign of their first order, whichever arrives first', async () => {
      const shop = newShop();
      await shop.apply({
        touches: [touch('t'), touch('t2', { atMs: NOW + 2 * DAY, marketingEventId: 'MA_2' })],
        orderReports: [orderReport('later', { orderId: '2', atMs: NOW + 3 * DAY })],
      });
      expect(await shop.totals('MA_2')).toMatchObject({ buyers: 1, newBuyers: 1 });
      await shop.attributeAll();
      await shop.apply({ orderReports: [orderReport('earlier', { orderId: '1' })] });
      expect(await shop.dirtyTargets()).toEqual(['marketing:MA_1', 'marketing:MA_2']);
      expect(await shop.totals('MA_2')).toMatchObject({ buyers: 1, newBuyers: 0 });
      expect(await shop.totals('MA_1')).toMatchObject({ buyers: 1, newBuyers: 1 });
    });

    test('links of an id that hundreds share are not followed, in any order of arrival', async () => {
      const crowd = Array.from({ length: 250 }, (_, index) => index);
      const facts = crowd.map(
        (index): Partial<Facts> => ({
          links: [{ one: 'e:shared', other: `a:${index}`, receivedAtMs: NOW }],
          ...(index < 5 && {
            touches: [touch(`t${index}`, { people: [`a:${index}`] })],
            visits: [visit(`t${index}`, `a:${index}`)],
          }),
          ...(index % 50 === 0 && {
            orderReports: [orderReport(`o${index}`, { orderId: `o${index}`, people: ['e:shared'] })],
          }),
        }),
      );
      const [one, other] = [newShop(), newShop()];
      for (const fact of facts) await one.apply(fact);
      for (const [index, fact] of facts.toReversed().entries()) {
        await other.apply(fact);
        if (index % 20 === 0) await other.dirtyTargets();
      }
      expect(await one.totals()).toMatchObject({ landings: 5, orders: 0 });
      expect(await other.totals()).toEqual(await one.totals());
    });

    test('two shops with the same ids are independent', async () => {
      const [one, other] = [newShop(), newShop()];
      await one.apply(EVERYTHING);
      await other.apply({
        orderReports: [orderReport('page', { amountHundredths: 5 })],
        touches: [touch('landing')],
      });
      expect(await one.totals()).toMatchObject({ amountHundredths: 9_000 });
      expect(await other.totals()).toMatchObject({ amountHundredths: 5 });
    });

    test('the last costs of a day count', async () => {
      const shop = newShop();
      const cost = {
        marketingEventId: 'MA_9',
        day: '2026-02-28',
        spendHundredths: 100,
        impressions: 5,
        clicks: 1,
      };
      await shop.costs(cost);
      await shop.costs({ ...cost, spendHundredths: 250 }, { ...cost, day: '2026-02-27' });
      expect(await shop.totals('MA_9')).toMatchObject({
        spendHundredths: 350,
        impressions: 10,
        newestAtMs: Date.parse('2026-02-28'),
      });
    });

    test('retention deletes facts and keeps their counts', async () => {
      const shop = newShop();
      await shop.apply(EVERYTHING, [visitor('ann')]);
      const [before, flow] = [await shop.totals(), await shop.flow('F')];
      for (const days of [1, 31, 80, 100, 200, 401, 900]) {
        await shop.retain(NOW + days * DAY);
        expect(await shop.totals(), `after ${days} days`).toEqual(before);
        expect(await shop.flow('F'), `after ${days} days`).toEqual(flow);
      }
    });

    test('a cancelled order, or one never placed, is deleted after 400 days', async () => {
      const shop = newShop();
      await shop.apply({
        orderReports: [
          orderReport('placed', { orderId: '1002', people: ['u:7'] }),
          orderReport('cancelled', { orderId: '1002', stage: 'cancelled', people: ['u:7'] }),
          orderReport('refunded', { orderId: '1003', part: 'r', stage: 'refunded', people: ['u:7'] }),
        ],
      });
      const orders = async () =>
        (await store.transaction((state) => state.exportPerson(shop.shop, ['u:7']))).things.length;
      await shop.retain(NOW + 390 * DAY);
      expect(await orders()).toBe(2);
      await shop.retain(NOW + 1_000 * DAY);
      expect(await orders()).toBe(0);
    });

    test('a refund is subtracted after the touch of its order was deleted', async () => {
      const shop = newShop();
      await shop.apply(EVERYTHING);
      await shop.retain(NOW + 200 * DAY);
      await shop.apply({
        orderReports: [
          orderReport('late', {
            id: 'late',
            stage: 'refunded',
            source: 'platform',
            part: 'late',
            amountHundredths: 1_000,
            atMs: NOW + 200 * DAY,
            items: [],
          }),
        ],
      });
      expect(await shop.totals()).toMatchObject({ orders: 1, amountHundredths: 8_000 });
    });

    test('browsers that were seen with a person are theirs alone or also others’', async () => {
      const shop = newShop();
      const links = [
        ['a:own', 'u:7'],
        ['a:till', 'u:7'],
        ['a:till', 'u:8'],
        ['c:cio', 'e:ada'],
      ] as const;
      await shop.apply({ links: links.map(([one, other]) => ({ one, other, receivedAtMs: NOW })) });
      const near = (...people: ('u:7' | 'u:8' | 'e:ada' | 'a:till')[]) =>
        store.transaction((state) => state.near(shop.shop, people));
      const { own, shared } = await near('u:7', 'e:ada');
      expect([own.toSorted(), shared]).toEqual([['a:own', 'c:cio'], ['a:till']]);
      expect(await near('a:till')).toEqual({ own: [], shared: [] });
    });

    test('an erasure removes the person from every row, and keeps the counts', async () => {
      const shop = newShop();
      await shop.apply(EVERYTHING, [visitor('ann'), visitor('bob')]);
      const [before, flow] = [await shop.totals(), await shop.flow('F')];
      await shop.erase(['a:ann', 'u:7'], ['1']);
      expect(await shop.totals()).toEqual(before);
      expect(await shop.flow('F')).toEqual(flow);
    });

    test('events in the log can be counted again on top of the baseline', async () => {
      const shop = newShop();
      await shop.apply(EVERYTHING);
      const later = NOW + 31 * DAY;
      const recent: Partial<Facts> = {
        touches: [touch('t9', { atMs: later, receivedAtMs: later, people: ['a:cem'] })],
        visits: [{ ...visit('t9', 'a:cem', 'tw'), atMs: later, receivedAtMs: later }],
        orderReports: [
          orderReport('o9', { orderId: '9', people: ['a:cem'], atMs: later + 1, receivedAtMs: later }),
          // Of an order that the log has forgotten.
          orderReport('r2', {
            stage: 'refunded',
            source: 'platform',
            part: 'r2',
            amountHundredths: 100,
            atMs: later,
            receivedAtMs: later,
            items: [],
          }),
        ],
      };
      await shop.apply(recent);
      await shop.retain(later);
      const before = await shop.totals();
      expect(before).toMatchObject({ orders: 2, amountHundredths: 18_900, visitors: 3 });
      await store.transaction((state) => state.dropLogged(shop.shop, later - 30 * DAY));
      expect(await shop.totals()).toMatchObject({ orders: 1, visitors: 2 });
      await shop.apply(recent);
      expect(await shop.totals()).toEqual(before);
    });

    test('everything of a shop goes when it is to be forgotten', async () => {
      const shop = newShop();
      await shop.apply(EVERYTHING, [visitor('ann')]);
      await store.transaction((state) => state.purge(shop.shop));
      expect(await store.transaction((state) => state.targets(shop.shop))).toEqual([]);
      expect(await shop.totals()).toBeUndefined();
    });

    test('a failed transaction stores nothing', async () => {
      const shop = newShop();
      const failing = store.transaction(async (state) => {
        await state.apply(shop.shop, { ...NONE, ...EVERYTHING }, []);
        throw new Error('the power went');
      });
      await expect(failing).rejects.toThrow('the power went');
      expect(await shop.totals()).toBeUndefined();
    });
  });
