// @module-tag slow
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { runScriptTag } from '../../../server/commands/script-tag.ts';
import { UsageError } from '../../../server/lib/arguments.ts';
import { type Clock, systemClock } from '../../../server/lib/clock.ts';
import { OperatorError } from '../../../server/lib/operator-error.ts';
import { SNIPPET_OPTIONS } from '../../../server/platforms/shopline/script-tags/address.ts';
import {
  createSandbox,
  type Fault,
  SANDBOX_CREDENTIALS,
  type ShoplineScriptTag,
  sandboxVariables,
  shoplineToken,
} from '../../../server/sandbox/index.ts';
import { NODE, ROOT } from '../../support/fleet-process.ts';
import { SHOP_POLICY } from '../../support/shop.ts';
import { HOUR_MS } from './tokens.ts';

const sandbox = await createSandbox();
afterAll(() => sandbox.close());
beforeEach(() => {
  sandbox.clear();
  sandbox.shopline.scriptTags = [];
});

const { accessToken, appKey, appSecret, storeId } = SANDBOX_CREDENTIALS.shopline;
const VARIABLES = {
  ...sandboxVariables(sandbox.urls),
  ...SHOP_POLICY,
  WRITE_KEY: 'my-shop',
  PUBLIC_URL: 'https://collect.shop.example/',
};
const OURS = 'https://collect.shop.example/s.js?key=my-shop';
/** SHOPLINE's limit is tested where the pace is; here nobody waits for it. */
const impatient: Clock = { now: () => Date.now(), sleep: async () => {} };

/** Runs the command and tells what it said and did. */
async function run(
  args: string,
  change: { variables?: Record<string, unknown>; file?: string; clock?: Clock } = {},
) {
  const seen = sandbox.received('shopline').length;
  const said: string[] = [];
  const error = await runScriptTag(args.split(' ').filter(Boolean), {
    variables: { ...VARIABLES, ...change.variables },
    readFile: () => change.file ?? '',
    clock: change.clock ?? impatient,
    print: (line) => void said.push(line),
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error !== undefined && !(error instanceof OperatorError || error instanceof UsageError)) throw error;
  const calls = sandbox.received('shopline').slice(seen);
  return {
    code: error === undefined ? 0 : error instanceof UsageError ? 2 : 1,
    said: said.join('\n'),
    complained: error?.message ?? '',
    calls: calls.map(({ method, path }) => `${method} ${path.replace(/^.*\/store\//, '')}`),
  };
}
const LISTED = 'GET script_tags.json';

let seeded = 0;
function seed(src: string, display_scope: ShoplineScriptTag['display_scope'] = 'checkout') {
  seeded += 1;
  const at = '2026-11-27T00:00:00+08:00';
  const id = seeded.toString(16).padStart(24, '0');
  const tag: ShoplineScriptTag = { id, src, event: 'onload', display_scope, created_at: at, updated_at: at };
  sandbox.shopline.scriptTags = [...sandbox.shopline.scriptTags, tag];
  return tag;
}
const installed = () => sandbox.shopline.scriptTags.map(({ src, display_scope }) => [src, display_scope]);

describe('listing', () => {
  test('reads every page, marks ours wherever it is, and changes nothing', async () => {
    for (let index = 0; index < 520; index++) seed(`https://app-${index}.example/x.js`);
    const { id } = seed(OURS);
    const { code, said, calls } = await run('');
    expect(code).toBe(0);
    const [head, ...lines] = said.split('\n');
    expect(head).toBe('shop (sandbox): 521 script tags, 1 of them ours');
    expect(lines).toHaveLength(521);
    expect(lines.filter((line) => line.startsWith('*'))).toEqual([`* ${id}  checkout      ${OURS}`]);
    expect(calls).toEqual([LISTED, LISTED, LISTED]);
  });

  test('of a shop without any', async () => {
    expect(await run('')).toMatchObject({ code: 0, said: 'shop (sandbox): 0 script tags, 0 of them ours' });
  });

  test('keeps to itself what other apps wrote into their addresses', async () => {
    seed('https://other.example/x.js?token=hunter2#hunter2');
    seed('https://user:hunter2@other.example/y.js');
    seed('no address \u001b[2J hunter2');
    const { said } = await run('');
    expect(said).toContain('https://other.example/x.js?…');
    expect(said).toContain('(not a URL)');
    for (const secret of ['hunter2', '\u001b']) expect(said).not.toContain(secret);
  });

  test('does not come to an end that is not there', async () => {
    const Link = `<${sandbox.urls.shopline}/admin/openapi/v20260301/store/script_tags.json?limit=250&page_info=x>; rel="next"`;
    sandbox.setFaults('shopline', { body: { script_tags: [] }, headers: { Link } });
    const { code, complained, calls } = await run('');
    expect([code, calls.length]).toEqual([1, 100]);
    expect(complained).toContain('does not end');
  });
});

describe('installing', () => {
  test('without --yes only lists the changes', async () => {
    seed('https://other.example/x.js');
    const before = structuredClone(sandbox.shopline.scriptTags);
    const { code, said, calls } = await run('--install');
    expect([code, calls]).toEqual([0, [LISTED]]);
    expect(said).toContain(
      `Would install ${OURS} for checkout\nNothing was changed. Add --yes to apply this.`,
    );
    expect(sandbox.shopline.scriptTags).toEqual(before);
  });

  test.each([
    ['', OURS, 'checkout'],
    ['--scope all', OURS, 'all'],
    ['--scope online_store --option consent=granted', `${OURS}&consent=granted`, 'online_store'],
    [
      '--option consentTool=onetrust --option debug --option domains=a.example,b.example',
      `${OURS}&consentTool=onetrust&debug=&domains=a.example%2Cb.example`,
      'checkout',
    ],
    ['--option captures=pages+shopline', `${OURS}&captures=pages%2Bshopline`, 'checkout'],
  ])('%s', async (options, src, scope) => {
    const { code, said, calls } = await run(`--install --yes ${options}`);
    expect([code, calls]).toEqual([0, [LISTED, 'POST script_tags.json']]);
    expect(installed()).toEqual([[src, scope]]);
    expect(said).toContain(`Done: install ${src} for ${scope} (id ${sandbox.shopline.scriptTags[0]?.id})`);
    const again = await run(`--install --yes ${options}`);
    expect(again).toMatchObject({
      code: 0,
      calls: [LISTED],
      said: expect.stringContaining('Already installed'),
    });
    expect(installed()).toEqual([[src, scope]]);
  });

  test('under a path of the shop’s own host', async () => {
    await run('--install --yes', { variables: { PUBLIC_URL: 'https://shop.example/sb' } });
    expect(installed()).toEqual([['https://shop.example/sb/s.js?key=my-shop', 'checkout']]);
  });

  test('puts a key that is no plain word where the snippet finds it', async () => {
    await run('--install --yes', { variables: { WRITE_KEY: 'a&b=c d/茶' } });
    const url = new URL(sandbox.shopline.scriptTags[0]?.src ?? '');
    expect([...url.searchParams]).toEqual([['key', 'a&b=c d/茶']]);
  });

  test('replaces another address of ours, and keeps its place', async () => {
    const other = seed('https://other.example/x.js', 'all');
    const tag = seed(`${OURS}&consent=granted`);
    const planned = await run('--install');
    expect(planned.said).toContain(`Would replace ${OURS} for checkout in place of ${OURS}&consent=granted`);
    expect(planned.calls).toEqual([LISTED]);
    const { code, calls } = await run('--install --yes');
    expect([code, calls]).toEqual([0, [LISTED, `PUT script_tags/${tag.id}.json`]]);
    expect(installed()).toEqual([
      [other.src, 'all'],
      [OURS, 'checkout'],
    ]);
  });

  test('changes where it is loaded', async () => {
    seed(OURS);
    await run('--install --yes --scope all');
    expect(installed()).toEqual([[OURS, 'all']]);
  });

  test('leaves one where there were several', async () => {
    const first = seed(`${OURS}&debug=`);
    seed(OURS);
    const { calls } = await run('--install --yes');
    expect(calls).toEqual([LISTED, `DELETE script_tags/${first.id}.json`]);
    expect(installed()).toEqual([[OURS, 'checkout']]);
  });

  test('is refused for an address that no shop’s page would load', async () => {
    const variables = { PUBLIC_URL: 'http://collect.shop.example' };
    const { code, complained, calls } = await run('--install --yes', { variables });
    expect([code, calls]).toEqual([1, []]);
    expect(complained).toContain('https: URLs only');
  });
});

describe('removing', () => {
  test('without --yes only lists the changes', async () => {
    seed(OURS);
    const { code, said, calls } = await run('--remove');
    expect([code, calls]).toEqual([0, [LISTED]]);
    expect(said).toContain(`Would remove ${OURS}\nNothing was changed`);
    expect(installed()).toHaveLength(1);
  });

  test('takes all of ours away, and then there is nothing', async () => {
    const [one, two] = [seed(OURS), seed(`${OURS}&debug=`, 'all')];
    const other = seed('https://other.example/x.js');
    const { code, calls } = await run('--remove --yes');
    expect(code).toBe(0);
    expect(calls).toEqual([LISTED, ...[one, two].map(({ id }) => `DELETE script_tags/${id}.json`)]);
    expect(sandbox.shopline.scriptTags).toEqual([other]);
    const again = await run('--remove --yes');
    expect(again).toMatchObject({
      code: 0,
      calls: [LISTED],
      said: expect.stringContaining('Not installed'),
    });
  });
});

test.each([
  [OURS, true],
  ['https://collect.shop.example/s.js', true],
  ['https://collect.shop.example/s.js?key=another-shop&consent=denied', true],
  ['http://collect.shop.example/s.js?key=my-shop', true],
  ['//collect.shop.example/s.js?key=my-shop', true],
  ['https://collect.shop.example:8443/s.js?key=my-shop', false],
  ['https://collect.shop.example/x/s.js?key=my-shop', false],
  ['https://collect.shop.example/s.jsx', false],
  ['https://collect.shop.example.evil.example/s.js?key=my-shop', false],
  ['https://evil.example/?https://collect.shop.example/s.js', false],
  ['https://shop.example/s.js', false],
  ['/s.js?key=my-shop', false],
  ['', false],
])('%j is ours: %s; nothing else is ever touched', async (src, isOurs) => {
  seed(src);
  await run('--remove --yes');
  expect(installed()).toHaveLength(isOurs ? 0 : 1);
  sandbox.shopline.scriptTags = [];
  const { id } = seed(src);
  await run('--install --yes');
  expect(sandbox.shopline.scriptTags.find((tag) => tag.id === id)?.src).toBe(isOurs ? OURS : src);
});

describe('an error of SHOPLINE is explained, with its answer', () => {
  test.each<{ status: number; says: RegExp }>([
    { status: 401, says: /SHOPLINE_ACCESS_TOKEN/ },
    { status: 402, says: /frozen/ },
    { status: 403, says: /read_script_tags and write_script_tags/ },
    { status: 404, says: /SHOPLINE_HANDLE/ },
    { status: 406, says: /refuses/ },
    { status: 412, says: /risk/ },
    { status: 422, says: /refuses what was sent/ },
    { status: 429, says: /wait a minute/ },
    { status: 434, says: /wait a minute/ },
    { status: 500, says: /later/ },
    { status: 503, says: /later/ },
    { status: 302, says: /SHOPLINE_ENDPOINT/ },
  ])('$status, listing', async ({ status, says }) => {
    sandbox.setFaults('shopline', {
      status,
      body: { errors: 'as SHOPLINE says' },
      headers: { traceId: 't-1' },
    });
    const { code, said, complained, calls } = await run('--install --yes');
    expect([code, said, calls]).toEqual([1, '', [LISTED]]);
    expect(complained).toMatch(says);
    expect(complained).toContain(`HTTP ${status} {"errors":"as SHOPLINE says"} traceId t-1`);
  });

  test('a token that may read but not write: what is there is shown, and nothing changes', async () => {
    seed('https://other.example/x.js');
    const own = await createSandbox({ credentials: { shopline: { scopes: ['read_script_tags'] } } });
    onTestFinished(() => own.close());
    const variables = { SHOPLINE_ENDPOINT: own.urls.shopline };
    const { code, said, complained } = await run('--install --yes', { variables });
    expect([code, own.shopline.scriptTags]).toEqual([1, []]);
    expect(said).toBe('shop (sandbox): 0 script tags, 0 of them ours');
    expect(complained).toMatch(/write_script_tags.*HTTP 403/);
  });

  test('changes applied before the error are printed', async () => {
    seed(`${OURS}&debug=`);
    seed(`${OURS}&pixel=mirror`);
    const path = 'store/script_tags/';
    sandbox.setFaults('shopline', [
      { times: 1, path },
      { status: 423, body: '', path },
    ] satisfies Fault[]);
    const { code, said, complained } = await run('--install --yes');
    expect([code, installed()]).toEqual([
      1,
      [
        [OURS, 'checkout'],
        [`${OURS}&pixel=mirror`, 'checkout'],
      ],
    ]);
    expect(said).toContain('Done: replace');
    expect(complained).toContain('locked');
  });

  test.each<{ answer: string; body: Fault['body']; args: string; path?: string }>([
    { answer: 'HTML', body: '<h1>maintenance</h1>', args: '' },
    { answer: 'something else', body: { script_tags: 'none' }, args: '' },
    { answer: 'a code that is no success', body: { code: 'SERVICE_ERROR', message: 'no' }, args: '' },
    { answer: 'errors', body: { script_tags: [], errors: 'no' }, args: '' },
    { answer: 'a tag without an id', body: { script_tags: [{ src: OURS }] }, args: '' },
    { answer: 'nothing to an installation', body: {}, args: '--install --yes' },
  ])('200 and $answer is no success', async ({ body, args }) => {
    sandbox.setFaults('shopline', args ? [{ times: 1 }, { body }] : { body });
    const { code, complained } = await run(args);
    expect(code).toBe(1);
    expect(complained).toMatch(/SHOPLINE.*HTTP 200/);
  });

  test('no answer at all', async () => {
    await sandbox.stop('shopline');
    try {
      const { code, complained } = await run('');
      expect([code, complained]).toEqual([1, expect.stringMatching(/SHOPLINE gave no answer: ECONNREFUSED/)]);
    } finally {
      await sandbox.restart('shopline');
    }
  });

  test('the token is never printed, not even when SHOPLINE quotes it', async () => {
    const variables = { SHOPLINE_ACCESS_TOKEN: 'very-secret-token' };
    sandbox.setFaults('shopline', { status: 401, body: { errors: 'Bearer very-secret-token is not valid' } });
    const { said, complained } = await run('', { variables });
    expect(said + complained).not.toContain('very-secret-token');
    expect(complained).toContain('[secret]');
  });
});

describe('an app’s token that has ended', () => {
  const ended = shoplineToken({ appKey, storeId }, Date.now() - 11 * HOUR_MS);

  test('is renewed, and the work is done with the new one', async () => {
    const own = await createSandbox({ credentials: { shopline: { accessToken: ended } } });
    onTestFinished(() => own.close());
    const variables = {
      SHOPLINE_ENDPOINT: own.urls.shopline,
      SHOPLINE_ACCESS_TOKEN: ended,
      SHOPLINE_APP_KEY: appKey,
      SHOPLINE_APP_SECRET: appSecret,
    };
    const { code, said, complained } = await run('--install --yes', { variables, clock: systemClock });
    expect([code, complained]).toEqual([0, '']);
    expect(said).toContain('Done: install');
    expect(own.shopline.scriptTags).toHaveLength(1);
  });
});

describe('before the first call', () => {
  test('everything that is missing is named together', async () => {
    const blank = { PUBLIC_URL: '', SHOPLINE_HANDLE: '', SHOPLINE_ACCESS_TOKEN: ' ' };
    const { code, complained, calls } = await run('--install', {
      variables: { ...blank, SHOPLINE_CDP_CHANNEL_ID: '' },
    });
    expect([code, calls]).toEqual([1, []]);
    for (const name of Object.keys(blank)) expect(complained.split(`${name} is missing`)).toHaveLength(2);
    expect(complained).toContain('read_script_tags and write_script_tags');
  });

  test('together with what the collector itself misses, each once', async () => {
    const blank = { WRITE_KEY: '', PUBLIC_URL: '', SHOPLINE_HANDLE: '', SHOPLINE_ACCESS_TOKEN: '' };
    const { code, complained } = await run('', { variables: blank });
    expect(code).toBe(1);
    for (const name of Object.keys(blank)) expect(complained.split(`${name} is missing`)).toHaveLength(2);
    expect(complained).not.toContain(accessToken);
  });

  test.each([
    ['--install --remove', 'cannot be combined'],
    ['--scope all', '--install'],
    ['--remove --option debug', '--install'],
    ['--yes', '--install or --remove'],
    ['--install --scope everywhere', 'checkout, online_store, all'],
    ['--install --option consnet=granted', 'consnet'],
    ['--install --option key=other', 'key'],
    ['--install --option data-consent=granted', 'data-consent'],
    ['--instal', '--instal'],
    ['somewhere', 'somewhere'],
    ['--shop nowhere', 'one of shop'],
  ])('%s is invalid, with the reason', async (args, says) => {
    const { code, complained, calls } = await run(args);
    expect([code, calls]).toEqual([2, []]);
    expect(complained).toContain(says);
  });
});

describe('with several shops', () => {
  const SHOP = { ...sandboxVariables(sandbox.urls), ...SHOP_POLICY };
  const file = JSON.stringify({
    PUBLIC_URL: 'https://collect.shop.example',
    shops: { tea: { ...SHOP, WRITE_KEY: 'tea-key' }, cups: { ...SHOP, WRITE_KEY: 'cups-key' } },
  });
  const inFile = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, '']));
  const variables = { ...inFile, CONFIG_FILE: 'shops.json' };

  test('one has to be named', async () => {
    const { code, complained, calls } = await run('', { variables, file });
    expect([code, calls]).toEqual([2, []]);
    expect(complained).toContain('one of tea, cups');
  });

  test('and its own key is installed', async () => {
    const { code, said } = await run('--install --yes --shop cups', { variables, file });
    expect(code).toBe(0);
    expect(said).toContain('cups (sandbox)');
    expect(installed()).toEqual([['https://collect.shop.example/s.js?key=cups-key', 'checkout']]);
  });
});

test('every setting of the snippet may be given, and no other', () => {
  const api = readFileSync('client/snippet/api.ts', 'utf8');
  const options = /export interface Options \{([\s\S]*?)\n\}/.exec(api)?.[1] ?? '';
  const names = [...options.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => name ?? '');
  expect([...SNIPPET_OPTIONS].sort()).toEqual(names.filter((name) => !['base', 'key'].includes(name)).sort());
});

test('as an operator runs it', { tags: ['slow'] }, async () => {
  const env = { ...process.env, ...VARIABLES };
  const runFile = promisify(execFile);
  const { stdout } = await runFile(
    NODE,
    ['server/commands/storebeacon.ts', 'script-tag', '--install', '--yes'],
    {
      cwd: ROOT,
      env,
    },
  );
  expect(stdout).toContain(`Done: install ${OURS} for checkout`);
  expect(installed()).toEqual([[OURS, 'checkout']]);
  await expect(
    runFile(NODE, ['server/commands/storebeacon.ts', 'script-tag'], {
      cwd: ROOT,
      env: { ...env, SHOPLINE_ACCESS_TOKEN: 'token-of-another-app' },
    }),
  ).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('SHOPLINE_ACCESS_TOKEN') });
});
