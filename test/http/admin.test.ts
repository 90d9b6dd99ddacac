// @module-tag slow
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { createFastClock } from '../support/clock.ts';
import { ADMIN_TOKEN, type Collector, eventually, startCollector, WRITE_KEY } from '../support/collector.ts';

const SECOND_KEY = 'second-write-key';
/** Two shops, so that what is done to one can be seen not to touch the other. */
const collector = await startCollector(
  { TRUST_PROXY: '1' },
  {
    whenOver: afterAll,
    clock: createFastClock(20),
    shops: { shoes: { WRITE_KEY }, tea: { WRITE_KEY: SECOND_KEY } },
  },
);
const { admin, base, sandbox } = collector;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
let last = 0;
const newId = (what: string) => `${what}-${++last}`;

async function post(body: object, writeKey = WRITE_KEY) {
  const response = await fetch(`${base}/v1/batch`, {
    method: 'POST',
    body: JSON.stringify({ writeKey, batch: [body].flat() }),
  });
  expect(await response.json()).toMatchObject({ rejected: [] });
}
const status = async (of: Collector = collector) => (await of.admin('GET', '/admin/status')).json();
const settled = () =>
  eventually(status, ({ destinations }) =>
    destinations.every(({ waiting }: { waiting: number }) => waiting === 0),
  );

const ROUTES = [
  ['GET', '/admin/status'],
  ['GET', '/admin/dead-letters'],
  ['POST', '/admin/dead-letters/replay'],
  ['POST', '/admin/dead-letters/discard'],
  ['DELETE', '/admin/visitors/somebody'],
  ['GET', '/admin/nothing'],
  ['OPTIONS', '/admin/status'],
  ['GET', '/metrics'],
  ['OPTIONS', '/metrics'],
  ['GET', '/metrics/nothing'],
] as const;

describe('only the operator gets in', () => {
  /** Each time from another address: wrong tokens are limited by address. */
  let address = 0;
  const call = (path: string, method: string, headers: Record<string, string>, to = base) =>
    fetch(`${to}${path}`, { method, headers: { ...headers, 'x-forwarded-for': `198.51.100.${++address}` } });

  test.each([
    { who: 'nobody', headers: {} },
    {
      who: 'a wrong token of the same length',
      headers: { authorization: `Bearer ${ADMIN_TOKEN.replace('o', '0')}` },
    },
    { who: 'a short token', headers: { authorization: 'Bearer x' } },
    { who: 'a long token', headers: { authorization: `Bearer ${ADMIN_TOKEN.repeat(50)}` } },
    { who: 'a token that begins well', headers: { authorization: `Bearer ${ADMIN_TOKEN}x` } },
    { who: 'an empty token', headers: { authorization: 'Bearer ' } },
    { who: 'the token without a word before it', headers: { authorization: ADMIN_TOKEN } },
    { who: 'the token as a password', headers: { authorization: `Basic ${btoa(`admin:${ADMIN_TOKEN}`)}` } },
    { who: 'the shop’s write key', headers: { authorization: `Basic ${btoa(`${WRITE_KEY}:`)}` } },
    {
      who: 'the token as a cookie',
      headers: { cookie: `token=${ADMIN_TOKEN}; authorization=Bearer ${ADMIN_TOKEN}` },
    },
  ])('$who: 401, always the same words', async ({ headers }) => {
    const answers = new Set<string>();
    for (const [method, path] of ROUTES) {
      const response = await call(path, method, headers as Record<string, string>);
      expect(response.status).toBe(401);
      answers.add(await response.text());
    }
    expect([...answers].map((answer) => JSON.parse(answer))).toEqual([
      { code: 'unauthorized', message: expect.any(String), meta: { errors: [expect.any(String)] } },
    ]);
  });

  test('a token in the address does not count', async () => {
    const response = await call(
      `/admin/status?token=${ADMIN_TOKEN}&authorization=Bearer%20${ADMIN_TOKEN}`,
      'GET',
      {},
    );
    expect(response.status).toBe(401);
  });

  test.each(['https://evil.example', 'http://127.0.0.1:9000', 'null', 'http://127.0.0.1'])(
    'a page of %s: 403, even with the token',
    async (origin) => {
      for (const [method, path] of ROUTES) {
        const response = await call(path, method, { origin, authorization: `Bearer ${ADMIN_TOKEN}` });
        expect(response.status).toBe(403);
        expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    },
  );

  test('the console’s own page gets in, and nothing is left in caches', async () => {
    const response = await call('/admin/status', 'GET', {
      origin: base,
      authorization: `Bearer ${ADMIN_TOKEN}`,
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('without ADMIN_TOKEN there is no such place: 404, whatever is sent', async () => {
    const closed = await startCollector({ ADMIN_TOKEN: '' });
    for (const [method, path] of ROUTES)
      for (const authorization of ['', 'Bearer ', 'Bearer undefined', `Bearer ${ADMIN_TOKEN}`]) {
        const response = await call(path, method, { authorization }, closed.base);
        expect(response.status).toBe(404);
      }
  });

  test('a token short enough to guess keeps the collector from starting, and is not shown', async () => {
    const refused: unknown = await startCollector({ ADMIN_TOKEN: 'xyzzy' }).catch((error) => error);
    expect(refused).toMatchObject({ name: 'ConfigError' });
    expect(String(refused)).toMatch(/ADMIN_TOKEN has 5 characters; expected at least 16/);
    expect(String(refused)).not.toContain('xyzzy');
  });

  test('ADMIN_PORT moves it off the public port', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as { port: number };
    probe.close();
    await once(probe, 'close');
    const moved = await startCollector({ ADMIN_PORT: String(port) });
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const own = `http://127.0.0.1:${port}`;
    for (const path of ['/admin/status', '/metrics']) {
      expect((await call(path, 'GET', headers, moved.base)).status).toBe(404);
      expect((await call(path, 'GET', headers, own)).status).toBe(200);
      expect((await call(path, 'GET', {}, own)).status).toBe(401);
    }
    expect((await call('/v1/track', 'POST', headers, own)).status).toBe(404);
  });
});

describe('status', () => {
  test('names every destination of every shop, with what waits for it', async () => {
    const { destinations, counters } = await status();
    expect(destinations.map(({ consumer }: { consumer: string }) => consumer).sort()).toEqual([
      'customerio@shoes',
      'customerio@tea',
      'shopline@shoes',
      'shopline@tea',
      'tiktok@shoes',
      'tiktok@tea',
    ]);
    for (const destination of destinations)
      expect(destination).toMatchObject({
        breaker: 'closed',
        waiting: expect.any(Number),
        deadLetters: expect.any(Number),
        oldestAgeMs: expect.any(Number),
      });
    expect(Array.isArray(counters)).toBe(true);
  });

  test('says how the log syncs, as the live connection answers', async () => {
    expect((await status()).log).toEqual({ synchronous: 'full', gaps: [], missing: [] });
  });

  test('counts what came in by shop, and every rejection by its code', async () => {
    const values = async () => {
      const { counters } = await status();
      return (name: string, labels: object): number =>
        counters.find(
          (row: { name: string; labels: object }) =>
            row.name === name && JSON.stringify(row.labels) === JSON.stringify(labels),
        )?.value ?? 0;
    };
    const before = await values();
    const message = { type: 'track', event: 'X', anonymousId: 'v', messageId: newId('counted') };
    await post([message, message]);
    await collector.post('/v1/track', { anonymousId: 'v' });
    const after = await values();
    const grown = (name: string, labels: object) => after(name, labels) - before(name, labels);
    expect(grown('messages_accepted', { shop: 'shoes' })).toBe(2);
    expect(grown('messages_duplicate', { shop: 'shoes' })).toBe(1);
    expect(grown('messages_rejected', { shop: 'shoes', code: 'invalid_type' })).toBe(1);
    expect(grown('messages_accepted', { shop: 'tea' })).toBe(0);
  });

  test('counts requests refused as a whole, by why', async () => {
    const { post, admin } = await startCollector();
    await post('/v1/track', '{"event":');
    await post('/v1/track', { event: 'X', userId: 'u' }, { origin: 'https://foreign.example' });
    await post('/v1/track', '{"event":');
    const { counters } = (await (await admin('GET', '/admin/status')).json()) as {
      counters: { name: string; labels: object; value: number }[];
    };
    expect(counters.filter(({ name }) => name === 'requests_refused')).toEqual([
      { name: 'requests_refused', labels: { code: 'malformed-body' }, value: 2 },
      { name: 'requests_refused', labels: { code: 'origin-not-allowed' }, value: 1 },
    ]);
  });

  test('contains no secret', async () => {
    const text = JSON.stringify(await status());
    for (const secret of [
      ADMIN_TOKEN,
      'sandbox-tiktok-token',
      'sandbox-customerio-key',
      'sandbox-shopline-token',
    ])
      expect(text).not.toContain(secret);
  });
});

describe('dead letters', () => {
  interface Row {
    id: number;
    consumer: string;
    reason: string;
    answer: string;
    attempt: number;
    at: string;
    event: { messageId: string };
  }
  const list = async (query = '') =>
    (await (await admin('GET', `/admin/dead-letters${query}`)).json()).deadLetters as Row[];
  const makeDeadLetters = async (count: number, key = WRITE_KEY) => {
    const ids = Array.from({ length: count }, () => newId('dead'));
    sandbox.setFaults('customerio', { status: 400, body: { meta: { errors: ['not today'] } } });
    await post(
      ids.map((messageId) => ({ type: 'track', event: 'X', anonymousId: 'v', messageId })),
      key,
    );
    await settled();
    sandbox.setFaults('customerio', undefined);
    return ids;
  };
  const delivered = (ids: string[]) =>
    sandbox
      .accepted('customerio')
      .map((item) => (item as { messageId: string }).messageId)
      .filter((id) => ids.includes(id));

  test('are listed newest first, page by page, with the API’s own words', async () => {
    const ids = await makeDeadLetters(5);
    const all = await list('?consumer=customerio@shoes');
    expect(
      all
        .slice(0, 5)
        .map(({ event }) => event.messageId)
        .toSorted(),
    ).toEqual(ids.toSorted());
    expect(all[0]).toMatchObject({
      reason: 'rejected',
      answer: expect.stringContaining('not today'),
      attempt: 1,
      at: expect.stringMatching(/Z$/),
    });
    const page = await list('?consumer=customerio@shoes&limit=2');
    const next = await list(`?consumer=customerio@shoes&limit=2&before=${page[1]?.id}`);
    expect([...page, ...next].map(({ id }) => id)).toEqual(all.slice(0, 4).map(({ id }) => id));
    expect(await list('?consumer=tiktok@shoes')).toEqual([]);
  });

  test('go back in line by id, or all of one destination, and are delivered', async () => {
    const [one = '', ...others] = await makeDeadLetters(3);
    const row = (await list()).find(({ event }) => event.messageId === one);
    const first = await admin('POST', '/admin/dead-letters/replay', { ids: [row?.id] });
    expect(await first.json()).toEqual({ replayed: 1 });
    await eventually(
      () => delivered([one]),
      (found) => found.length === 1,
    );
    expect(delivered(others)).toEqual([]);

    const rest = await admin('POST', '/admin/dead-letters/replay', { consumer: 'customerio@shoes' });
    expect((await rest.json()).replayed).toBeGreaterThanOrEqual(2);
    await eventually(
      () => delivered(others),
      (found) => found.length === 2,
    );
    expect(await list('?consumer=customerio@shoes')).toEqual([]);
  });

  test('are forgotten on request, those of one shop alone', async () => {
    const shoes = await makeDeadLetters(2);
    const tea = await makeDeadLetters(1, SECOND_KEY);
    const response = await admin('POST', '/admin/dead-letters/discard', { consumer: 'customerio@shoes' });
    expect(await response.json()).toEqual({ discarded: 2 });
    expect((await list()).map(({ event }) => event.messageId)).toEqual(tea);
    await admin('POST', '/admin/dead-letters/replay', { consumer: 'customerio@shoes' });
    await settled();
    expect(delivered(shoes)).toEqual([]);
    await admin('POST', '/admin/dead-letters/discard', { consumer: 'customerio@tea' });
  });

  test.each<[string, string, unknown]>([
    ['GET', '?limit=0', undefined],
    ['GET', '?limit=501', undefined],
    ['GET', '?limit=many', undefined],
    ['GET', '?before=x', undefined],
    ['POST', '/replay', undefined],
    ['POST', '/replay', {}],
    ['POST', '/replay', { ids: [] }],
    ['POST', '/replay', { ids: ['1'] }],
    ['POST', '/replay', { ids: [1.5] }],
    ['POST', '/replay', { ids: [1], consumer: 'customerio@shoes' }],
    ['POST', '/replay', { everything: true }],
    ['POST', '/discard', [1]],
    ['POST', '/discard', { consumer: '' }],
  ])('%s %s with %o: 400, named', async (method, path, body) => {
    const response = await admin(method, `/admin/dead-letters${path}`, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'malformed-body',
      meta: { errors: expect.any(Array) },
    });
  });

  test('what nobody knows is none, and JSON that is none is refused', async () => {
    for (const nobodys of [
      { ids: [999_999_999] },
      { consumer: 'nobody@nowhere' },
      { consumer: 'constructor' },
    ]) {
      const response = await admin('POST', '/admin/dead-letters/replay', nobodys);
      expect(await response.json()).toEqual({ replayed: 0 });
    }
    expect(await list('?consumer=nobody@nowhere')).toEqual([]);
    const broken = await fetch(`${base}/admin/dead-letters/replay`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: '{"ids":',
    });
    expect(broken.status).toBe(400);
  });
});

describe('a person asks to be forgotten', () => {
  const suppressed = (userId: string) =>
    sandbox.accepted('customerio').filter((item) => {
      const { event, userId: who } = item as { event?: string; userId?: string };
      return event === 'User Suppressed' && who === userId;
    });
  const erase = async (id: string, query = '', ids: string[] = []) => {
    const response = await admin('DELETE', `/admin/visitors/${encodeURIComponent(id)}${query}`, { ids });
    expect(response.status).toBe(200);
    return (await response.json()).erasures as {
      shop: string;
      found: boolean;
      events: number;
      ids: string[];
      claimed: { userIds: string[]; browsers: string[] };
      suppressed: string[];
      remains: { destination: string; why: string }[];
    }[];
  };

  /** One person: a visit before signing up, the sign-up, an order on another device. Three events. */
  async function person(key = WRITE_KEY) {
    const name = newId('person');
    const ids = {
      anonymousId: `${name}-phone`,
      laptop: `${name}-laptop`,
      userId: `${name}-user`,
      email: `${name}@shop.example`,
    };
    await post(
      [
        { type: 'page', anonymousId: ids.anonymousId },
        { type: 'identify', anonymousId: ids.anonymousId, userId: ids.userId, traits: { email: ids.email } },
        { type: 'track', event: 'X', anonymousId: ids.laptop, properties: { email: ids.email } },
      ],
      key,
    );
    return ids;
  }

  test.each([
    { by: 'email digest', of: ({ email }: Awaited<ReturnType<typeof person>>) => sha256(email) },
    {
      by: 'email digest in capitals',
      of: ({ email }: Awaited<ReturnType<typeof person>>) => sha256(email).toUpperCase(),
    },
    {
      by: 'email in the body',
      of: ({ email }: Awaited<ReturnType<typeof person>>) => sha256(email),
      named: ({ email }: Awaited<ReturnType<typeof person>>) => [` ${email.toUpperCase()} `],
    },
  ])(
    'by $by: with the browsers that are theirs alone; what is only claimed is listed',
    async ({ of, named }) => {
      const [ids, other] = [await person(), await person()];
      await settled();
      const erasures = await erase(of(ids), '?shop=shoes', named?.(ids));
      expect(erasures).toMatchObject([
        {
          shop: 'shoes',
          found: true,
          events: 3,
          suppressed: [],
          claimed: { userIds: [ids.userId], browsers: [] },
        },
      ]);
      expect(erasures[0]?.ids.toSorted()).toEqual(
        [ids.anonymousId, ids.laptop, sha256(ids.email)].toSorted(),
      );
      expect((await erase(sha256(other.email), '?shop=shoes'))[0]).toMatchObject({ events: 3 });
    },
  );

  test('by user id: Customer.io is notified, and what cannot be erased elsewhere is explained', async () => {
    const [ids, other] = [await person(), await person()];
    await settled();
    const erasures = await erase(ids.userId, '?shop=shoes');
    expect(erasures).toMatchObject([{ shop: 'shoes', events: 2, suppressed: [ids.userId] }]);
    expect(erasures[0]?.ids.toSorted()).toEqual([ids.anonymousId, ids.userId].toSorted());
    const remains = erasures[0]?.remains ?? [];
    expect(remains.map(({ destination }) => destination).sort()).toEqual(['SHOPLINE', 'TikTok']);
    for (const { why } of remains) expect(why).toMatch(/\w+ \w+/);
    await eventually(
      () => suppressed(ids.userId),
      (found) => found.length === 1,
    );
    await settled();
    expect(JSON.stringify([sandbox.received('tiktok'), sandbox.received('shopline')])).not.toContain(
      'User Suppressed',
    );
    expect(suppressed(other.userId)).toEqual([]);
  });

  test('by anonymous id: that browser, and nobody it claimed to be', async () => {
    const ids = await person();
    await settled();
    expect(await erase(ids.anonymousId, '?shop=shoes')).toMatchObject([
      { events: 2, ids: [ids.anonymousId], suppressed: [] },
    ]);
    expect((await erase(sha256(ids.email), '?shop=shoes'))[0]).toMatchObject({ events: 1 });
  });

  test('whose user id is their email, where Customer.io receives emails in clear', async () => {
    const PII_KEY = Buffer.alloc(32, 7).toString('base64');
    const raw = await startCollector({ CUSTOMERIO_PII: 'raw', PII_KEY });
    const email = 'lin@shop.example';
    await raw.post('/v1/track', { event: 'X', userId: email });
    const accepted = () => raw.sandbox.accepted('customerio') as { event: string; userId?: string }[];
    await eventually(accepted, (found) => found.length === 1);
    const response = await raw.admin('DELETE', `/admin/visitors/${sha256(email)}`, {
      ids: [' Lin@Shop.example'],
    });
    expect((await response.json()).erasures).toMatchObject([{ events: 1, suppressed: [sha256(email)] }]);
    const [, second] = await eventually(accepted, (found) => found.length === 2);
    expect(second).toMatchObject({ event: 'User Suppressed', userId: email });
  });

  test('whose user id was built from their email: by its digest, or by that id in the body', async () => {
    for (const named of [false, true]) {
      const userId = `google:${newId('lin')}@shop.example`;
      await post({ type: 'track', event: 'X', userId });
      const erasures = await erase(named ? 'nobody' : sha256(userId), '?shop=shoes', named ? [userId] : []);
      expect(erasures[0]).toMatchObject({ events: 1 });
    }
  });

  test('whose user id is their phone number: named in the body', async () => {
    const phone = '+886912345678';
    await post({ type: 'track', event: 'X', userId: phone });
    await post({ type: 'track', event: 'X', anonymousId: newId('visitor'), properties: { phone } });
    expect((await erase(sha256(phone), '?shop=shoes', [phone]))[0]).toMatchObject({ events: 2 });
  });

  test.each([
    'lin@shop.example',
    ' Lin@Shop.example',
    'lin%40shop.example',
    'lin%2540shop.example',
    'Lin Chen <lin@shop.example>',
    'mailto:lin@shop.example',
    'google:lin@shop.example',
    'lin＠shop.example',
    '+886912345678',
    '+886 912-345-678',
    '＋886912345678',
    ' +49 (0)151 23456789',
    'tel:+886912345678',
    '0912345678',
  ])('a clear email or phone number in the path is refused, with how to send it: %s', async (id) => {
    const path = `/admin/visitors/${encodeURIComponent(id)}`;
    for (const [method, at] of [
      ['GET', path],
      ['DELETE', path],
      ['GET', `${path}/export`],
      ['POST', `${path}/export`],
    ] as const) {
      const response = await admin(method, at);
      expect(response.status).toBe(400);
      const { message, meta } = await response.json();
      expect(`${message} ${meta.errors.join(' ')}`).toMatch(/SHA-256.*sha256sum/);
    }
  });

  test.each(['886912345678', '00000123456789', 'a+b', '+1', 'user@home', '@shop', '100%'])(
    'an id that is neither is taken: %s',
    async (id) => {
      expect(await erase(id, '?shop=shoes')).toMatchObject([{ found: false }]);
    },
  );

  test('in every shop, or in the one that is named', async () => {
    const userId = newId('customer');
    const message = { type: 'track', event: 'X', userId };
    await post(message);
    await post(message, SECOND_KEY);
    expect(await erase(userId, '?shop=tea')).toMatchObject([{ shop: 'tea', events: 1 }]);
    expect(await erase(userId)).toMatchObject([{ shop: 'shoes', events: 1 }, { shop: 'tea' }]);
    const nowhere = await admin('DELETE', `/admin/visitors/${userId}?shop=nowhere`);
    expect(nowhere.status).toBe(404);
  });

  test('what still waited, and what was set aside, is not delivered any more', async () => {
    sandbox.setFaults('customerio', { status: 400, body: { meta: { errors: ['no'] } } });
    const anonymousId = newId('visitor');
    await post({ type: 'track', event: 'Set Aside', anonymousId });
    await settled();
    sandbox.setFaults('customerio', undefined);
    await sandbox.stop('customerio');
    await post({ type: 'track', event: 'Still Waiting', anonymousId });
    expect(await erase(anonymousId, '?shop=shoes')).toMatchObject([{ events: 2 }]);
    await sandbox.restart('customerio');
    await admin('POST', '/admin/dead-letters/replay', { consumer: 'customerio@shoes' });
    await post({ type: 'track', event: 'Afterwards', anonymousId: newId('somebody-else') });
    await settled();
    const items = JSON.stringify(sandbox.accepted('customerio'));
    expect(items).toContain('Afterwards');
    expect(items).not.toMatch(/Set Aside|Still Waiting/);
  });

  test('unknown: nothing is found, nobody is notified', async () => {
    for (const id of ['nobody', '%', '__proto__', 'a/b', '"; DROP TABLE events', '💧'])
      expect(await erase(id, '?shop=shoes')).toMatchObject([
        { found: false, events: 0, ids: [], suppressed: [] },
      ]);
  });
});
