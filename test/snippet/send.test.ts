// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { freshBrowser, onPage } from '../support/snippet.ts';

interface Sent {
  url: string;
  batch: { id: string }[];
  writeKey: string;
  sentAt: string;
  withCredentials: boolean;
  answer(status: number, headers?: Record<string, string>, text?: string): void;
}
/** What the collector answers. */
const textOf = (status: number) =>
  status === 200
    ? '{"success":true,"rejected":[],"accepted":1,"duplicates":0}'
    : '{"code":"malformed-body","message":"…","meta":{"errors":[]}}';

let sent: Sent[] = [];
let beacons: { url: string; body: string }[] = [];

class FakeRequest {
  onloadend: () => void = () => {};
  status = 0;
  responseText = '';
  withCredentials = false;
  url = '';
  headers: Record<string, string> = {};
  open(_method: string, url: string) {
    this.url = url;
  }
  getResponseHeader(name: string) {
    return this.headers[name] ?? null;
  }
  send(body: string) {
    sent.push({
      ...JSON.parse(body),
      url: this.url,
      withCredentials: this.withCredentials,
      answer: (status, headers = {}, responseText = textOf(status)) => {
        Object.assign(this, { status, headers, responseText });
        this.onloadend();
      },
    });
  }
}

const load = (attributes: Record<string, string> = {}) =>
  onPage(attributes, async () => ({
    ...(await import('../../client/snippet/batch.ts')),
    ...(await import('../../client/snippet/send.ts')),
  }));
const message = (id: string, size = 0) => JSON.stringify({ id, pad: 'x'.repeat(size) });
const queued = () => Object.keys(localStorage).filter((key) => key.startsWith('_sb_q'));
const ids = (request: Sent | undefined) => request?.batch.map(({ id }) => id);
/** Time goes on, and the snippet looks. */
const nextPage = (ms: number, look: () => void) => {
  vi.advanceTimersByTime(ms);
  look();
};

beforeEach(() => {
  freshBrowser();
  sent = [];
  beacons = [];
  vi.useFakeTimers({ now: Date.parse('2026-11-21T08:00:00Z') });
  vi.stubGlobal('XMLHttpRequest', FakeRequest);
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  Object.assign(navigator, {
    sendBeacon: (url: string, body: string) => beacons.push({ url, body }),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('a message leaves the queue only on an answer', () => {
  test('in order, in one request, with key and time', async () => {
    const { enqueue, flush } = await load({ endpoint: 'https://c.example/x' });
    for (const id of ['1', '2', '3']) enqueue(message(id));
    flush();
    expect(ids(sent[0])).toEqual(['1', '2', '3']);
    expect(sent[0]).toMatchObject({
      url: 'https://c.example/x/v1/b',
      writeKey: 'demo',
      sentAt: '2026-11-21T08:00:00.000Z',
      withCredentials: true,
    });
    expect(queued()).toHaveLength(3);
    sent[0]?.answer(200);
    expect(queued()).toHaveLength(0);
  });

  test.each([
    { status: 200, left: 0 },
    { status: 400, left: 0 },
    { status: 413, left: 0 },
    { status: 401, left: 1 },
    { status: 403, left: 1 },
    { status: 429, left: 1 },
    { status: 500, left: 1 },
    { status: 503, left: 1 },
    { status: 0, left: 1 },
  ])('one message and the answer $status: $left still waits', async ({ status, left }) => {
    const { enqueue, flush } = await load();
    enqueue(message('1'));
    flush();
    sent[0]?.answer(status);
    expect(queued()).toHaveLength(left);
  });

  test.each([
    { what: 'an offline page', status: 200, text: '<!doctype html><title>Offline</title>{"accepted":1}' },
    { what: 'a blocker', status: 200, text: '' },
    { what: 'a blocker', status: 200, text: '{}' },
    { what: 'another API', status: 200, text: '{"code":"offline"}' },
    { what: 'a proxy', status: 413, text: '<html><h1>413 Request Entity Too Large</h1></html>' },
    { what: 'a proxy', status: 400, text: '' },
  ])('the answer $status of $what is none', async ({ status, text }) => {
    const { enqueue, flush } = await load();
    enqueue(message('1'));
    flush();
    sent.pop()?.answer(status, {}, text);
    flush();
    expect([queued().length, sent.length]).toEqual([1, 0]);
    nextPage(300_000, flush);
    expect(sent).toHaveLength(1);
  });

  test('of a refused batch only the message at fault is lost', async () => {
    const { enqueue, flush } = await load();
    for (const id of ['good 1', 'bad', 'good 2', 'good 3']) enqueue(message(id));
    const stored: string[] = [];
    for (let turn = 0; turn < 40; turn++) {
      nextPage(300_000, flush);
      const request = sent.pop();
      if (!request) continue;
      const isBad = ids(request)?.includes('bad');
      if (!isBad) stored.push(...(ids(request) ?? []));
      request.answer(isBad ? 400 : 200);
    }
    expect(stored).toEqual(['good 1', 'good 2', 'good 3']);
    expect(queued()).toEqual([]);
  });

  test('the next page sends what this one could not', async () => {
    const before = await load();
    before.enqueue(message('1'));
    before.flush();
    sent.pop()?.answer(503);
    vi.advanceTimersByTime(300_000);
    (await load()).flush();
    expect(ids(sent[0])).toEqual(['1']);
  });
});

describe('patience', () => {
  test('waits double up to some four minutes, and a success ends them', async () => {
    const { enqueue, flush } = await load();
    enqueue(message('1'));
    const waits: number[] = [];
    for (let failure = 0; failure < 10; failure++) {
      flush();
      sent.pop()?.answer(503);
      const from = Date.now();
      for (let look = 0; look < 600 && !sent.length; look++) nextPage(500, flush);
      waits.push((Date.now() - from) / 1000);
      sent.pop()?.answer(503);
      vi.advanceTimersByTime(400_000);
    }
    expect(Math.max(...waits)).toBeLessThanOrEqual(128.5);
    expect(waits[0]).toBe(1);
    flush();
    sent.pop()?.answer(200);
    enqueue(message('2'));
    flush();
    expect(sent).toHaveLength(1);
  });

  test('Retry-After is obeyed, by every tab, and while leaving', async () => {
    const { enqueue, flush, leave } = await load();
    enqueue(message('1'));
    flush();
    sent.pop()?.answer(429, { 'Retry-After': '60' });
    const other = await load();
    nextPage(50_000, other.flush);
    leave();
    other.leave();
    expect([sent.length, beacons.length]).toEqual([0, 0]);
    nextPage(10_500, other.flush);
    expect(sent).toHaveLength(1);
  });

  test.each([
    { what: 'a clock that was a year ahead', ahead: 365 * 86_400_000, headers: {} },
    { what: 'Retry-After of a year', ahead: 0, headers: { 'Retry-After': '31536000' } },
  ])('$what does not end the sending: no pause is longer than four minutes and 16 seconds', async (row) => {
    const now = Date.now();
    vi.setSystemTime(now + row.ahead);
    const before = await load();
    before.enqueue(message('1'));
    before.flush();
    sent.pop()?.answer(503, row.headers);
    vi.setSystemTime(now);
    const { flush } = await load();
    nextPage(256_500, flush);
    expect(ids(sent[0])).toEqual(['1']);
  });

  test('leaving ends the claim of a request that ends with its page', async () => {
    const { enqueue, flush, leave } = await load();
    enqueue(message('1'));
    flush();
    leave();
    (await load()).flush();
    expect(sent).toHaveLength(2);
  });

  test('while one tab sends, another does not; should it die, the other goes on', async () => {
    const { enqueue, flush } = await load();
    const other = await load();
    enqueue(message('1'));
    flush();
    other.flush();
    expect(sent).toHaveLength(1);
    nextPage(5100, other.flush);
    expect(sent).toHaveLength(2);
  });
});

describe('leaving', () => {
  test('a beacon takes what waits, once, and the next page repeats it', async () => {
    const { enqueue, leave } = await load();
    enqueue(message('1'));
    leave();
    leave();
    expect(beacons).toHaveLength(1);
    expect(JSON.parse(beacons[0]?.body ?? '').batch).toMatchObject([{ id: '1' }]);
    expect(queued()).toHaveLength(1);
  });

  test('it stays below what a page may send in its last moment, in any script', async () => {
    const { enqueue, leave } = await load();
    for (let id = 0; id < 9; id++) enqueue(JSON.stringify({ id, name: '茶'.repeat(4000) }));
    leave();
    expect(Buffer.byteLength(beacons[0]?.body ?? '')).toBeLessThan(61_440);
    expect(JSON.parse(beacons[0]?.body ?? '').batch.length).toBeGreaterThan(3);
  });
});

describe('the queue is bounded', () => {
  const drain = async (flush: () => void) => {
    const received: string[] = [];
    for (let turn = 0; turn < 60; turn++) {
      nextPage(6000, flush);
      const request = sent.pop();
      received.push(...(ids(request) ?? []));
      request?.answer(200);
    }
    return received;
  };

  test('to two hundred messages: the oldest go', async () => {
    const { enqueue, flush } = await load();
    for (let id = 0; id < 230; id++) enqueue(message(String(id)));
    const received = await drain(flush);
    expect(received).toHaveLength(200);
    expect(received[0]).toBe('30');
  });

  test('to 200 KB: the oldest go', async () => {
    const { enqueue, flush } = await load();
    for (let id = 0; id < 30; id++) enqueue(message(String(id), 10_000));
    const received = await drain(flush);
    expect(received).toHaveLength(9);
    expect(received.at(-1)).toBe('29');
  });

  test('to seven days', async () => {
    const { enqueue, flush } = await load();
    enqueue(message('old'));
    vi.advanceTimersByTime(7 * 86_400_000 - 1000);
    enqueue(message('young'));
    nextPage(2000, flush);
    expect(ids(sent[0])).toEqual(['young']);
    expect(queued()).toHaveLength(1);
  });

  test('to messages that fit a request: a giant does not hold up the others', async () => {
    const { enqueue, flush } = await load();
    enqueue(message('giant', 40_000));
    enqueue(message('2'));
    flush();
    expect(ids(sent[0])).toEqual(['2']);
  });
});
