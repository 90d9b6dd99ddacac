import { expect, test } from 'vitest';
import { event } from '../../support/event.ts';
import { caughtUp, type OpenSearch, START_MS, settleAs } from '../../support/search.ts';

export function describeFigures(openSearch: OpenSearch): void {
  const MINUTE_MS = 60_000;
  const HOUR_MS = 3_600_000;

  test('groups have reason and words in common, the largest first', async () => {
    const parts = await openSearch();
    await parts.log.accept(Array.from({ length: 9 }, (_, n) => ({ event: event({ messageId: `m-${n}` }) })));
    const deliveries = await parts.log.lease('tiktok@shop', 9);
    for (const [n, delivery] of deliveries.entries()) {
      parts.clock.nowMs = START_MS + n * 1000;
      if (n < 3) delivery.deadLetter('rejected', `value ${n} of order ${n * 17} is no price`);
      else if (n < 4) delivery.deadLetter('rejected', 'the pixel is unknown');
      else settleAs(parts, 'tiktok@shop', delivery, 'skipped', n < 8 ? 'consent' : 'unmapped');
    }
    await caughtUp(parts);
    const groups = await parts.search.groups({ shop: 'shop' });
    expect(groups).toMatchObject([
      { state: 'skipped', reason: 'consent', count: 4, messageIds: ['m-7', 'm-6', 'm-5', 'm-4'] },
      {
        ...{ state: 'dead', reason: 'rejected', words: 'value # of order # is no price', count: 3 },
        ...{ oldestAtMs: START_MS, newestAtMs: START_MS + 2000, messageIds: ['m-2', 'm-1', 'm-0'] },
      },
      { state: 'dead', words: 'the pixel is unknown', count: 1 },
      { state: 'skipped', reason: 'unmapped', count: 1 },
    ]);
    expect(await parts.search.groups({ consumers: ['customerio@shop'] })).toEqual([]);
    const selected = await parts.search.select(
      { consumers: ['tiktok@shop'], states: ['dead'], words: 'the pixel is unknown' },
      10,
    );
    expect(selected).toEqual({
      historyId: expect.any(Number),
      selected: [{ consumer: 'tiktok@shop', seq: 4, state: 'dead', reason: 'rejected' }],
    });

    await parts.log.replayDeadLetters({ consumer: 'tiktok@shop' });
    expect(await parts.search.groups({ state: 'dead' })).toEqual([]);
    for (const delivery of await parts.log.lease('tiktok@shop', 9))
      settleAs(parts, 'tiktok@shop', delivery, 'delivered');
    await caughtUp(parts);
    const all = await parts.search.select({ consumers: ['tiktok@shop'] }, 100);
    expect(all.selected.map(({ state }) => state).sort()).toEqual([
      ...Array.from({ length: 4 }, () => 'delivered'),
      ...Array.from({ length: 5 }, () => 'skipped'),
    ]);
  });

  test('answers that differ by an id are one group; other error codes and fields are groups of their own', async () => {
    const parts = await openSearch();
    const answers = [
      '40002 Invalid value at email_sha256 (request_id 20261130012255B4A7D9E01F)',
      '40002 Invalid value at email_sha256 (request_id 2026113001230671CC40AA93)',
      '40002 Invalid value at email_sha256 (request_id 5f1c2a7e-8f0b-4b63-9d57-0a2b7d1f6e11)',
      '40002 Invalid value at phone_sha256 (request_id 20261130012255B4A7D9E020)',
      '40100 Invalid value at email_sha256 (request_id 20261130012255B4A7D9E021)',
    ];
    await parts.log.accept(answers.map((_, n) => ({ event: event({ messageId: `m-${n}` }) })));
    for (const [n, delivery] of (await parts.log.lease('tiktok@shop', 9)).entries())
      delivery.deadLetter('rejected', answers[n] ?? '');
    await caughtUp(parts);
    const groups = await parts.search.groups({ shop: 'shop' });
    expect(groups.map(({ words, count }) => `${count} ${words}`).toSorted()).toEqual([
      '1 40002 Invalid value at phone_sha# (request_id #)',
      '1 40100 Invalid value at email_sha# (request_id #)',
      '3 40002 Invalid value at email_sha# (request_id #)',
    ]);
  });

  test('an event whose payloads went in several requests came to the worst of them, and is counted once', async () => {
    const parts = await openSearch();
    await parts.log.accept(
      ['whole', 'refused', 'again'].map((messageId) => ({ event: event({ messageId }) })),
    );
    const [whole, refused, again] = await parts.log.lease('tiktok@shop', 3);
    const sent = { ms: 5, attempt: 1, outcome: 'delivered' as const };
    const keys = { confirmed: [], released: [] };
    const at = (n: number) => START_MS + n * 1000;
    const first = { ...sent, atMs: at(0), seqs: [2], outcome: 'rejected' as const, ended: { open: [2] } };
    const middle = { ...sent, atMs: at(1), seqs: [1, 2, 3], ended: { open: [1, 3], rejected: [2] } };
    parts.log.settle('tiktok@shop', { ...keys, requests: [first, middle] });
    const last = { ...sent, atMs: at(2), seqs: [1, 3], ended: { retry: [3] } };
    parts.log.settle('tiktok@shop', { ...keys, requests: [last] });
    whole?.ack();
    refused?.deadLetter('rejected', 'no');
    again?.retry(60_000, 'server-error');
    await caughtUp(parts);
    const query = { fromMs: START_MS, toMs: START_MS + MINUTE_MS, stepMs: MINUTE_MS };
    const [tiktok] = (await parts.search.series(query)).deliveries;
    expect(tiktok).toMatchObject({ delivered: [1], dead: [1], retried: [1], requests: [3] });
    await parts.log.discardDeadLetters({ consumer: 'tiktok@shop' });
    const detail = await parts.search.event('shop', 'refused');
    expect(detail?.outcomes[0]).toMatchObject({ state: 'none', reason: 'rejected' });
    expect(detail?.requests.map(({ ownOutcome, outcome }) => ownOutcome ?? outcome)).toEqual([
      'rejected',
      'delivered',
    ]);
  });

  test('what is skipped is counted until it is sent again', async () => {
    const parts = await openSearch();
    await parts.log.accept([{ event: event() }]);
    const leaseAll = () => parts.log.lease('tiktok@shop', 9);
    for (const delivery of await leaseAll()) settleAs(parts, 'tiktok@shop', delivery, 'skipped');
    await caughtUp(parts);
    expect(await parts.search.groups({})).toMatchObject([{ count: 1 }]);
    await parts.log.replaySince('tiktok@shop', START_MS - HOUR_MS);
    for (const delivery of await leaseAll()) settleAs(parts, 'tiktok@shop', delivery, 'delivered');
    await caughtUp(parts);
    expect(await parts.search.groups({})).toEqual([]);
  });

  test('series have events by name, deliveries, and times within ten percent', async () => {
    const parts = await openSearch();
    const at = (minute: number) => ({ receivedAt: new Date(START_MS + minute * MINUTE_MS).toISOString() });
    await parts.log.accept([
      { event: event({ ...at(0) }) },
      { event: event({ ...at(0), type: 'page' }) },
      { event: event({ ...at(2), event: 'Product Added' }) },
      { event: event({ ...at(2), shop: 'other' }) },
    ]);
    parts.clock.nowMs = START_MS + 3 * MINUTE_MS;
    for (const delivery of await parts.log.lease('tiktok@shop', 9))
      settleAs(parts, 'tiktok@shop', delivery, 'delivered');
    for (const delivery of await parts.log.lease('customerio@shop', 1))
      settleAs(parts, 'customerio@shop', delivery, 'retry');
    await caughtUp(parts);
    const query = { shop: 'shop', fromMs: START_MS + 1, toMs: START_MS + 5 * MINUTE_MS };
    const series = await parts.search.series({ ...query, stepMs: MINUTE_MS });
    expect(series.fromMs).toBe(START_MS);
    expect(Object.fromEntries(series.events.map(({ name, points }) => [name, points]))).toEqual({
      'Product Viewed': [1, 0, 0, 0, 0],
      'Product Added': [0, 0, 1, 0, 0],
      page: [1, 0, 0, 0, 0],
    });
    const [tiktok, customerio] = series.deliveries;
    expect(tiktok).toMatchObject({
      consumer: 'tiktok@shop',
      delivered: [0, 0, 0, 3, 0],
      requests: [0, 0, 0, 3, 0],
    });
    expect(customerio).toMatchObject({ retried: [0, 0, 0, 1, 0], delivered: [0, 0, 0, 0, 0] });
    expect(Math.abs((tiktok?.latencyMs?.p95 ?? 0) / (3 * MINUTE_MS) - 1)).toBeLessThan(0.1);
    expect(tiktok?.latencyP95Ms.map((ms) => ms !== null)).toEqual([false, false, false, true, false]);
    expect(customerio?.latencyMs).toBeUndefined();
    const hours = await parts.search.series({ ...query, stepMs: HOUR_MS });
    expect(hours.events.find(({ name }) => name === 'Product Added')?.points).toEqual([1]);
    await expect(parts.search.series({ ...query, stepMs: 1000 })).rejects.toThrow(RangeError);
  });

  test('names beyond a hundred of a shop share one series; each is found', async () => {
    const parts = await openSearch();
    await parts.log.accept(Array.from({ length: 130 }, (_, n) => ({ event: event({ event: `own ${n}` }) })));
    await caughtUp(parts);
    const { events } = await parts.search.series({
      fromMs: START_MS,
      toMs: START_MS + MINUTE_MS,
      stepMs: MINUTE_MS,
    });
    expect(events).toHaveLength(101);
    expect(events.find(({ name }) => name === 'other')?.points).toEqual([30]);
    expect((await parts.search.events({ limit: 9, name: 'own 129' })).events).toHaveLength(1);
  });

  test('match quality is counted by day, destination and name', async () => {
    const parts = await openSearch();
    const send = (match: object, atMs: number) =>
      parts.log.settle('tiktok@shop', {
        ...{ confirmed: [], released: [] },
        requests: [{ atMs, ms: 1, outcome: 'delivered', attempt: 1, seqs: [], match: match as never }],
      });
    send({ Purchase: [4, { email: 3, value: 4 }] }, START_MS);
    send({ Purchase: [2, { email: 1 }], ViewContent: [9, { ttclid: 8 }] }, START_MS + 1000);
    send({ Purchase: [1, {}] }, START_MS + 24 * HOUR_MS);
    await caughtUp(parts);
    const days = { fromDay: '2026-03-01', toDay: '2026-03-02' };
    const consumer = 'tiktok@shop';
    expect(await parts.search.matchQuality({ shop: 'shop', ...days })).toEqual([
      { day: '2026-03-01', consumer, name: 'Purchase', count: 6, keys: { email: 4, value: 4 } },
      { day: '2026-03-01', consumer, name: 'ViewContent', count: 9, keys: { ttclid: 8 } },
      { day: '2026-03-02', consumer, name: 'Purchase', count: 1, keys: {} },
    ]);
    expect(await parts.search.matchQuality({ shop: 'other', ...days })).toEqual([]);
  });
}
