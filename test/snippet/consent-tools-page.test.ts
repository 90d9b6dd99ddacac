// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { emptyBrowser, forgetPageAfterEachTest, openBuiltPage } from '../support/built-page.ts';
import { STAND_INS, TOOL_NAMES } from '../support/consent-tools.ts';
import { leavePage, waiting } from '../support/snippet.ts';

const ALL = { advertising: true, analytics: true, marketing: true };
const NONE = { advertising: false, analytics: false, marketing: false };
const ID = '11111111-2222-4333-8444-555555555555';

const ours = new Set(Object.getOwnPropertyNames(window));
/** A visitor who agreed on an earlier page. */
const YES = { choice: ALL, anonymousId: ID };
const record = (memory: object = YES) => localStorage.setItem('_sb', JSON.stringify(memory));
const open = (consentTool: string, more = {}) =>
  openBuiltPage({ captures: 'pages', 'consent-tool': consentTool, ...more });
const names = () => waiting().map(({ event, type }) => event ?? type);
const said = () => waiting().map(({ context }) => context.consent.categoryPreferences);
const wait = (ms = 1_000) => vi.advanceTimersByTime(ms);

beforeEach(() => {
  emptyBrowser();
  // jsdom's own page may still be loading when a test begins.
  vi.spyOn(document, 'readyState', 'get').mockReturnValue('complete');
});
afterEach(() => {
  for (const name of Object.getOwnPropertyNames(window))
    if (!ours.has(name)) Reflect.deleteProperty(window, name);
});
forgetPageAfterEachTest();

describe.each(TOOL_NAMES)('a visitor who agreed last year, whom %s asks again', (name) => {
  const start = async (tag = name as string, more = {}) => {
    record();
    STAND_INS[name]('asks');
    await open(tag, more);
    window.storebeacon?.track('Size Guide Opened');
    wait(60_000);
  };
  /** Neither cookies nor messages: only what was stored before. */
  const expectNothing = () => {
    expect([document.cookie, waiting()]).toEqual(['', []]);
    expect(JSON.parse(localStorage._sb)).toEqual(YES);
  };

  test.each([
    { tag: name as string, more: {} },
    { tag: 'auto', more: {} },
    { tag: name as string, more: { consent: 'granted' } },
  ])('nothing is stored or sent until they answer (%j)', async ({ tag, more }) => {
    await start(tag, more);
    expectNothing();
    leavePage('/next');
    expectNothing();
  });

  test('what they allow then is sent, with what happened before', async () => {
    await start();
    window.banner?.accept();
    wait();
    expect(names()).toEqual(['page', 'Size Guide Opened']);
    expect(said()).toEqual([ALL, ALL]);
  });

  test('a refusal is one denial', async () => {
    await start();
    window.banner?.refuse();
    wait();
    expect(names()).toEqual(['Consent Denied']);
    expect(waiting()[0]?.anonymousId).toBe(ID);
  });
});

describe('each page asks the tool', () => {
  test.each(TOOL_NAMES)('a yes of %s is the same on the next page', async (name) => {
    record();
    STAND_INS[name]('accepted');
    await open(name);
    wait();
    expect(names()).toEqual(['page']);
    expect(JSON.parse(localStorage._sb).anonymousId).toBe(ID);
  });

  test('a tool that is late is awaited', async () => {
    record();
    await open('onetrust');
    expect(names()).toEqual(['page']);
    STAND_INS.onetrust('asks');
    wait();
    window.storebeacon?.track('Size Guide Opened');
    wait(5_000);
    expect(names()).toEqual(['page']);
    window.banner?.accept();
    wait();
    expect(names()).toEqual(['page', 'Size Guide Opened']);
  });

  test('until the page has loaded, a tool may still arrive', async () => {
    record();
    const readyState = vi.spyOn(document, 'readyState', 'get').mockReturnValue('interactive');
    await open('cookiebot');
    wait(10_000);
    expect(names()).toEqual([]);
    readyState.mockReturnValue('complete');
    wait();
    expect(names()).toEqual(['page']);
  });

  test.each(['auto', 'onetrust', 'google tcf'])(
    'where the tool is not on the page, the choice of an earlier page counts (%s)',
    async (tag) => {
      record();
      await open(tag);
      expect(names()).toEqual(['page']);
    },
  );

  test('so does the shop’s own call', async () => {
    await open('auto');
    window.storebeacon?.consent(ALL);
    wait();
    expect(names()).toEqual(['page']);
  });

  test('a recorded refusal stays one, whatever the tag’s default', async () => {
    record({ choice: NONE });
    STAND_INS.tcf('asks');
    await open('tcf', { consent: 'granted' });
    wait(60_000);
    expect(waiting()).toEqual([]);
    window.banner?.accept();
    wait();
    expect(names()).toEqual(['page']);
  });

  test('a banner that is opened again on the page holds what follows, until it is closed', async () => {
    let choose: (data: unknown, isSuccess: boolean) => void = () => {};
    Object.assign(window, {
      __tcfapi: (_: string, __: number, listener: typeof choose) => (choose = listener),
    });
    const consents = Object.fromEntries([1, 3, 4, 7, 8, 9, 10].map((id) => [id, true]));
    const data = { gdprApplies: true, eventStatus: 'tcloaded', purpose: { consents } };
    await open('tcf');
    choose(data, true);
    expect(names()).toEqual(['page']);
    choose({ ...data, eventStatus: 'cmpuishown' }, true);
    window.storebeacon?.track('Size Guide Opened');
    wait(10_000);
    expect(names()).toEqual(['page']);
    choose({ ...data, eventStatus: 'useractioncomplete' }, true);
    expect(names()).toEqual(['page', 'Size Guide Opened']);
    choose({ ...data, eventStatus: 'cmpuishown' }, true);
    choose(
      { ...data, eventStatus: 'useractioncomplete', purpose: { consents: { ...consents, 3: false } } },
      true,
    );
    expect(names()).toEqual(['page', 'Size Guide Opened', 'Consent Updated']);
  });
});

test('a denial that Google’s signals have while the page loads costs nobody their id', async () => {
  record();
  STAND_INS.google('refused');
  await open('google');
  wait(5_000);
  expect(waiting()).toEqual([]);
  expect(JSON.parse(localStorage._sb)).toEqual(YES);
  window.banner?.accept();
  wait();
  expect(names()).toEqual(['page']);
  expect(waiting()[0]?.anonymousId).toBe(ID);
});
