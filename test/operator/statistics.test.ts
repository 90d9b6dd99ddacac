import { Router } from 'express';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Cost } from '../../server/analytics/store.ts';
import { createAdminApp } from '../../server/app.ts';
import { createCounters } from '../../server/observe/counters.ts';
import { readCosts } from '../../server/operator/marketing-costs.ts';
import type { AdminParts } from '../../server/operator/parts.ts';
import { adminRoutes } from '../../server/operator/routes.ts';
import { type StatisticsParts, statisticsRoutes } from '../../server/operator/statistics.ts';
import type { SyncReport } from '../../server/platforms/sync-report.ts';
import { LogUnavailable } from '../../server/store/store.ts';
import { exchange } from '../support/http.ts';

const report = (shop: string): SyncReport => {
  const outcome = { sent: 1, accepted: 1, errors: [], traceIds: ['t'] };
  return { shop, marketing: outcome, flows: outcome };
};

/** The operator's routes alone, in front of statistics that only take note. */
async function begin(shops = ['tea']) {
  const put: [string, readonly Cost[]][] = [];
  const synced: (string | undefined)[] = [];
  const statistics: StatisticsParts['statistics'] = {
    async sync(shop) {
      synced.push(shop);
      return shops.filter((id) => shop === undefined || id === shop).map(report);
    },
    totals: async (shop) => ({
      marketing: [],
      flows: [],
      synced: [
        { target: `marketing:MA_${shop}`, nodes: [], at: '2026-03-01T00:00:00.000Z', error: 'HTTP 503' },
      ],
    }),
  };
  const disk = { isFull: false };
  const state = {
    async putCosts(shop: string, costs: readonly Cost[]) {
      if (disk.isFull) throw new LogUnavailable('disk full');
      put.push([shop, costs]);
    },
  };
  const router = Router();
  router.use(
    '/admin',
    statisticsRoutes({ statistics, state, shops: shops.map((id) => ({ id })), log: NO_AUDIT }),
  );
  return { ...(await listen(router)), put, synced, disk };
}

const NO_AUDIT = { addAudit: async () => {} };

async function listen(router: Router) {
  const logger = { info: () => {}, warn: () => {}, error: () => {} };
  const server = createAdminApp(router, { logger, counters: createCounters(), clock: Date }).listen(
    0,
    '127.0.0.1',
  );
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const ask = async (method: string, path: string, body?: string, type?: string, token?: string) => {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body));
    const { status, body: bytes } = await exchange(`http://127.0.0.1:${port}`, path, {
      method,
      headers,
      ...(body !== undefined && { body }),
    });
    return { status, body: JSON.parse(bytes.toString()) };
  };
  const putCosts = (body: string, type = 'text/csv', path = '/admin/marketing-costs') =>
    ask('PUT', path, body, type);
  return { ask, putCosts };
}

const HEADER = 'marketing_event_id,day,spend,impressions,clicks';
const cost = (
  marketingEventId: string,
  day: string,
  spendHundredths: number,
  impressions = 0,
  clicks = 0,
): Cost => ({
  marketingEventId,
  day,
  spendHundredths,
  impressions,
  clicks,
});

describe('an operator reports and looks', () => {
  test('a sync now, of every shop or of one', async () => {
    const { ask, synced } = await begin(['tea', 'shoes']);
    expect(await ask('POST', '/admin/statistics/sync')).toEqual({
      status: 200,
      body: { reports: [report('tea'), report('shoes')] },
    });
    expect((await ask('POST', '/admin/statistics/sync?shop=shoes')).body).toEqual({
      reports: [report('shoes')],
    });
    expect(synced).toEqual([undefined, 'shoes']);
  });

  test('totals and what became of the last reports', async () => {
    const { ask } = await begin(['tea', 'shoes']);
    const { body } = await ask('GET', '/admin/statistics');
    expect(body.shops.map(({ shop }: { shop: string }) => shop)).toEqual(['tea', 'shoes']);
    expect((await ask('GET', '/admin/statistics?shop=tea')).body).toEqual({
      shops: [
        {
          shop: 'tea',
          marketing: [],
          flows: [],
          synced: [
            { target: 'marketing:MA_tea', nodes: [], at: '2026-03-01T00:00:00.000Z', error: 'HTTP 503' },
          ],
        },
      ],
    });
  });

  test.each([
    ['POST', '/admin/statistics/sync'],
    ['GET', '/admin/statistics'],
    ['PUT', '/admin/marketing-costs'],
  ])('%s %s of a shop there is none of: 404', async (method, path) => {
    const { ask, synced, put } = await begin();
    for (const query of ['?shop=nobody', '?shop=', '?shop=tea&shop=nobody'])
      expect(await ask(method, path + query, '[]')).toMatchObject({
        status: 404,
        body: { code: 'not-found' },
      });
    expect([synced, put]).toEqual([[], []]);
  });
});

describe('advertising costs as CSV', () => {
  test.each([
    ['commas', `${HEADER}\nMA_1,2026-03-01,12.50,1000,7\nMA_2,2026-03-02,0,,\n`],
    ['semicolons', `${HEADER.replaceAll(',', ';')}\nMA_1;2026-03-01;12.50;1000;7\nMA_2;2026-03-02;0;;\n`],
    ['a byte order mark', `\uFEFF${HEADER}\nMA_1,2026-03-01,12.50,1000,7\nMA_2,2026-03-02,0,,\n`],
    [
      'a byte order mark before a quoted header',
      `\uFEFF${HEADER.replace(/\w+/g, '"$&"')}\nMA_1,2026-03-01,12.50,1000,7\nMA_2,2026-03-02,0,,\n`,
    ],
    ['Windows line ends', `${HEADER}\r\nMA_1,2026-03-01,12.50,1000,7\r\nMA_2,2026-03-02,0,,\r\n`],
    [
      'quotation marks',
      `"${HEADER.replaceAll(',', '","')}"\n"MA_1","2026-03-01","12.50","1000","7"\n"MA_2","2026-03-02","0","",""`,
    ],
    [
      'another order and case',
      'Clicks,SPEND,Day,Marketing_Event_ID,impressions\n7,12.50,2026-03-01,MA_1,1000\n,0,2026-03-02,MA_2,\n',
    ],
    [
      'spaces around and blank lines between',
      `\n${HEADER.replaceAll(',', ' , ')}\n\n MA_1 , 2026-03-01 , 12.50 , 1000 , 7\n,,,,\n\nMA_2,2026-03-02,0,,`,
    ],
  ])('with %s', async (_what, csv) => {
    const { putCosts, put } = await begin();
    expect(await putCosts(csv)).toEqual({ status: 200, body: { days: 2, marketingEvents: 2 } });
    expect(put).toEqual([
      ['tea', [cost('MA_1', '2026-03-01', 1250, 1000, 7), cost('MA_2', '2026-03-02', 0)]],
    ]);
  });

  test.each([
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'text/csv; charset=utf-8',
  ])('under the content type %s', async (type) => {
    const { putCosts, put } = await begin();
    expect((await putCosts('marketing_event_id,day,spend\nMA_1,2026-03-01,1.005', type)).status).toBe(200);
    expect(put).toEqual([['tea', [cost('MA_1', '2026-03-01', 101)]]]);
  });

  test('a header without rows is accepted and changes nothing', async () => {
    expect((await (await begin()).putCosts(HEADER)).body).toEqual({ days: 0, marketingEvents: 0 });
  });

  test('every bad row is named with its row in a spreadsheet and its column, without what it held; nothing is applied', async () => {
    const { putCosts, put } = await begin();
    const rows = [
      HEADER,
      'MA_1,2026-03-01,5,1,1',
      'MA_1,2026-03-02,five-secret,1,1',
      'MA_1,2026-02-30,5,1,1',
      ',2026-03-04,5,1,1',
      'MA_1,2026-03-05,,1,1',
      'MA_1,2026-03-06,-5,1.5,-1',
      'MA_1,2026-03-01,7,1,1',
      'MA_1,01/03/2026,"5,50",1,1',
    ];
    const { status, body } = await putCosts(rows.join('\n'));
    expect(status).toBe(400);
    expect(body.code).toBe('malformed-body');
    expect(body.meta.errors).toEqual([
      expect.stringMatching(/^row 3: spend: .*12\.50/),
      expect.stringMatching(/^row 4: day: .*2026-03-01/),
      expect.stringMatching(/^row 5: marketing_event_id: /),
      expect.stringMatching(/^row 6: spend: /),
      expect.stringMatching(/^row 7: spend: /),
      expect.stringMatching(/^row 7: impressions: /),
      expect.stringMatching(/^row 7: clicks: /),
      'row 8: day: already given in row 2',
      expect.stringMatching(/^row 9: day: /),
      expect.stringMatching(/^row 9: spend: /),
    ]);
    expect(JSON.stringify(body)).not.toContain('five-secret');
    expect(put).toEqual([]);
  });

  test.each([
    ['nothing', '', /empty/],
    ['only a byte order mark', '\uFEFF', /empty/],
    ['no header', 'MA_1,2026-03-01,5', /row 1: has an unknown column/],
    ['a column missing', 'marketing_event_id,day\nMA_1,2026-03-01', /row 1: spend is missing/],
    [
      'an unknown column',
      `${HEADER},colour\nMA_1,2026-03-01,5,1,1,red`,
      /row 1: has an unknown column; known are/,
    ],
    ['a column twice', `${HEADER},clicks\nMA_1,2026-03-01,5,1,1,1`, /row 1: has a duplicate column/],
    ['a row too short', `${HEADER}\nMA_1,2026-03-01,5`, /row 2: has 3 cells; the header has 5/],
    ['a row too long', `${HEADER}\nMA_1,2026-03-01,5,1,1,1`, /row 2: has 6 cells/],
    ['a quotation mark that never ends', `${HEADER}\n"MA_1,2026-03-01,5,1,1`, /quotation marks/],
    ['a quotation mark inside', `${HEADER}\nMA"1,2026-03-01,5,1,1`, /quotation marks/],
    ['an amount beyond any', `${HEADER}\nMA_1,2026-03-01,1e300,1,1`, /row 2: spend/],
    [
      'more displays than a number holds',
      `${HEADER}\nMA_1,2026-03-01,5,9007199254740993,1`,
      /row 2: impressions/,
    ],
    ['an id that never ends', `${HEADER}\n${'M'.repeat(201)},2026-03-01,5,1,1`, /row 2: marketing_event_id/],
    ['binary', `\u0000\u0001\u0002`, /row 1/],
  ])('%s is refused in words', async (_what, csv, words) => {
    const { putCosts, put } = await begin();
    const { status, body } = await putCosts(csv);
    expect(status).toBe(400);
    expect(body.meta.errors.join('\n')).toMatch(words);
    expect(put).toEqual([]);
  });

  test('a byte order mark means nothing to whoever reads the text itself', () => {
    const days = [cost('MA_1', '2026-03-01', 500)];
    expect(readCosts('\uFEFF"marketing_event_id",day,spend\nMA_1,2026-03-01,5', true)).toEqual(days);
    expect(readCosts('\uFEFF[{"marketing_event_id":"MA_1","day":"2026-03-01","spend":5}]', false)).toEqual(
      days,
    );
  });

  test('of a thousand bad rows at most 100 are listed', async () => {
    const { putCosts } = await begin();
    const { body } = await putCosts([HEADER, ...Array(1_000).fill('MA_1,never,5,1,1')].join('\n'));
    expect(body.meta.errors).toHaveLength(101);
    expect(body.meta.errors.at(-1)).toBe('… and 900 more');
  });

  test('more than a megabyte is refused', async () => {
    const { putCosts, put } = await begin();
    expect((await putCosts('x'.repeat(1024 * 1024 + 1))).status).toBe(400);
    expect(put).toEqual([]);
  });
});

describe('advertising costs as JSON', () => {
  const rows = [
    { marketing_event_id: 'MA_1', day: '2026-03-01', spend: 12.5, impressions: 1000, clicks: 7 },
    { marketing_event_id: 4073, day: '2026-03-01', spend: '0.005' },
  ];

  test.each([
    ['a list', JSON.stringify(rows)],
    ['an object', JSON.stringify({ costs: rows })],
    ['whitespace and a byte order mark before it', `\uFEFF \n${JSON.stringify(rows)}`],
  ])('as %s', async (_what, json) => {
    const { putCosts, put } = await begin();
    expect(await putCosts(json, 'application/json')).toEqual({
      status: 200,
      body: { days: 2, marketingEvents: 2 },
    });
    expect(put).toEqual([
      ['tea', [cost('MA_1', '2026-03-01', 1250, 1000, 7), cost('4073', '2026-03-01', 1)]],
    ]);
  });

  test('said again, the same days are said again: the last said counts', async () => {
    const { putCosts, put } = await begin();
    await putCosts(JSON.stringify(rows), 'application/json');
    await putCosts(JSON.stringify(rows), 'application/json');
    expect(put[1]).toEqual(put[0]);
  });

  test('bad rows are named by their place in the list', async () => {
    const { putCosts, put } = await begin();
    const bad = [
      rows[0],
      { ...rows[0], day: 20260302 },
      'MA_1',
      null,
      { ...rows[0], day: '2026-03-03', color: 'red' },
      rows[0],
    ];
    const { status, body } = await putCosts(JSON.stringify(bad), 'application/json');
    expect(status).toBe(400);
    expect(body.meta.errors).toEqual([
      expect.stringMatching(/^row 2: day: /),
      expect.stringMatching(/^row 3: \(row\): /),
      expect.stringMatching(/^row 4: \(row\): /),
      expect.stringMatching(/^row 5: \(row\): has an unknown field; known are/),
      'row 6: day: already given in row 1',
    ]);
    expect(put).toEqual([]);
  });

  test.each(['{', '{}', '{"costs":{}}', '{"costs":[],"more":1}', '[1', '{"costs":null}'])(
    '%s is refused',
    async (json) => {
      expect((await (await begin()).putCosts(json, 'application/json')).status).toBe(400);
    },
  );
});

test('where there are several shops, costs say whose they are', async () => {
  const { putCosts, put } = await begin(['tea', 'shoes']);
  const csv = 'marketing_event_id,day,spend\nMA_1,2026-03-01,5';
  expect(await putCosts(csv)).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('?shop=') },
  });
  expect((await putCosts(csv, 'text/csv', '/admin/marketing-costs?shop=shoes')).status).toBe(200);
  expect(put.map(([shop]) => shop)).toEqual(['shoes']);
});

test('costs that could not be stored are not answered as stored', async () => {
  const { putCosts, disk } = await begin();
  disk.isFull = true;
  expect((await putCosts('marketing_event_id,day,spend\nMA_1,2026-03-01,5')).status).toBe(503);
});

describe('among the other operator’s routes', () => {
  const TOKEN = 'operator-token-0123456789';
  const parts = (more: Partial<AdminParts>) =>
    adminRoutes({
      config: { shops: [{ id: 'tea', destinations: [] }] },
      access: { token: TOKEN, pageOrigins: new Set(), openCsrf: '' },
      clock: { now: Date.now },
      log: NO_AUDIT,
      ...more,
    } as unknown as AdminParts).router;
  const csv = 'marketing_event_id,day,spend\nMA_1,2026-03-01,5';

  test('they want the operator’s token, and read CSV whatever it is called', async () => {
    const put: string[] = [];
    const { ask } = await listen(
      parts({
        statistics: {
          sync: async () => [],
          totals: async () => ({ marketing: [], flows: [], synced: [] }),
          caughtUp: async () => {},
        },
        state: {
          putCosts: async (shop) => void put.push(shop),
          near: async () => ({ own: [], shared: [] }),
          erase: async () => {},
          exportPerson: () => Promise.reject(new Error('not asked for')),
          synced: async () => [],
        },
      }),
    );
    for (const [method, path] of [
      ['POST', '/admin/statistics/sync'],
      ['GET', '/admin/statistics'],
      ['PUT', '/admin/marketing-costs'],
    ] as const) {
      expect((await ask(method, path, csv, 'application/json')).status).toBe(401);
      expect((await ask(method, path, csv, 'application/json', TOKEN)).status).toBe(200);
    }
    expect(put).toEqual(['tea']);
  });

  test('without statistics there are none: 404', async () => {
    const { ask } = await listen(parts({}));
    for (const [method, path] of [
      ['POST', '/admin/statistics/sync'],
      ['GET', '/admin/statistics'],
      ['PUT', '/admin/marketing-costs'],
    ] as const)
      expect((await ask(method, path, undefined, undefined, TOKEN)).status).toBe(404);
  });
});
