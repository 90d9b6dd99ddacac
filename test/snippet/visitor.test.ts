// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { freshBrowser, onPage } from '../support/snippet.ts';

const load = (attributes: Record<string, string> = {}) =>
  onPage(attributes, async () => ({
    ...(await import('../../client/snippet/storage.ts')),
    ...(await import('../../client/snippet/consent.ts')),
    ...(await import('../../client/snippet/identity.ts')),
    ...(await import('../../client/snippet/attribution.ts')),
  }));
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

beforeEach(() => {
  freshBrowser();
  vi.useFakeTimers({ now: Date.parse('2026-11-21T08:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('anonymous id', () => {
  test('is a UUID, the same all through the page, and asking for it writes nothing', async () => {
    const { anonymousId } = await load();
    expect(anonymousId()).toMatch(UUID);
    expect(anonymousId()).toBe(anonymousId());
    expect([document.cookie, localStorage.length]).toEqual(['', 0]);
  });

  test.each(['the cookie', 'localStorage'])('lost from %s, it is healed from the other', async (lost) => {
    const id = (await load()).saveId();
    const next = await load();
    if (lost === 'the cookie') next.removeCookie('_sb_id');
    else localStorage.clear();
    expect(next.saveId()).toBe(id);
    expect(next.readCookie('_sb_id')).toBe(id);
    expect(next.recall().anonymousId).toBe(id);
  });

  describe('handed over by a link', () => {
    const ID = '11111111-2222-4333-8444-555555555555';
    const FROM = 'https://pay.example/cart';
    const DOMAINS = 'shop.example pay.example';
    test.each([
      { what: 'of now', isTaken: true },
      { what: 'of two minutes ago', at: -120_000 },
      { what: 'in two minutes, which nobody can have', at: 120_000 },
      { what: 'without a time', search: `?_sb=${ID}` },
      { what: 'of the shop’s other host, beside other parameters', search: `?a=1&_sb=${ID}`, isTaken: true },
      { what: 'from elsewhere', referrer: 'https://evil.example/' },
      { what: 'from a host that only looks like the shop’s', referrer: 'https://pay.example.evil.example/' },
      { what: 'from a page that names the shop’s host', referrer: 'https://evil.example/pay.example/' },
      { what: 'from another port', referrer: 'https://pay.example:8443/' },
      { what: 'from this very host, which hands nothing over', referrer: 'https://shop.example/' },
      { what: 'without a referrer', referrer: '' },
      { what: 'where the tag names no other host', domains: undefined },
      { what: 'with an id that is none', search: '?_sb=victim' },
      { what: 'with 36 other characters', search: `?_sb=${'1'.repeat(36)}` },
      { what: 'with dashes alone', search: `?_sb=${'-'.repeat(36)}` },
      { what: 'with more than a UUID', search: `?_sb=${ID}1` },
    ])('$what: taken: $isTaken', async ({ at = 0, isTaken = false, ...given }) => {
      const { search = `?_sb=${ID}`, referrer = FROM, domains = DOMAINS } = given;
      const time = search.endsWith(ID) && given.what === 'without a time' ? '' : `.${Date.now() + at}`;
      history.replaceState(null, '', `/${search}${time}`);
      vi.spyOn(document, 'referrer', 'get').mockReturnValue(referrer);
      const { anonymousId } = await load('domains' in given && !given.domains ? {} : { domains });
      expect(anonymousId() === ID).toBe(isTaken);
      expect(anonymousId()).toMatch(isTaken ? ID : UUID);
      vi.restoreAllMocks();
      history.replaceState(null, '', '/');
    });
  });

  test('changes with the person: another user id, or a reset', async () => {
    const { saveId, setUser, forgetIdentity, recall } = await load();
    const first = saveId();
    setUser('alice');
    setUser('alice');
    expect(saveId()).toBe(first);
    setUser('bob');
    const second = saveId();
    expect(second).not.toBe(first);
    expect(recall().userId).toBe('bob');
    forgetIdentity();
    expect(saveId()).not.toBe(second);
    expect(recall().userId).toBeFalsy();
  });
});

describe('consent', () => {
  const yes = { advertising: true, analytics: true, marketing: true };
  const no = { advertising: false, analytics: false, marketing: false };
  test.each([
    { says: 'nothing, by default', attributes: {}, choice: undefined, gpc: false, want: undefined },
    {
      says: 'nothing, where the shop grants',
      attributes: { consent: 'granted' },
      choice: undefined,
      gpc: false,
      want: yes,
    },
    {
      says: 'one yes',
      attributes: {},
      choice: { analytics: true },
      gpc: false,
      want: { ...no, analytics: true },
    },
    {
      says: 'one no, where the shop grants',
      attributes: { consent: 'granted' },
      choice: { marketing: false },
      gpc: false,
      want: { ...yes, marketing: false },
    },
    { says: 'yes, with GPC', attributes: {}, choice: yes, gpc: true, want: { ...yes, advertising: false } },
    {
      says: 'nothing, with GPC, where the shop grants',
      attributes: { consent: 'granted' },
      choice: undefined,
      gpc: true,
      want: { ...yes, advertising: false },
    },
  ])('the visitor says $says', async ({ attributes, choice, gpc, want }) => {
    vi.stubGlobal('navigator', { ...navigator, globalPrivacyControl: gpc });
    const visitor = await load(attributes as Record<string, string>);
    if (choice) visitor.recordChoice(choice);
    expect(visitor.resolved()).toEqual(want);
  });

  test('a choice is kept, and a later answer adds to it', async () => {
    (await load()).recordChoice({ analytics: true, marketing: true });
    const next = await load();
    next.recordChoice({ marketing: false });
    expect(next.recall().choice).toEqual({ analytics: true, marketing: false });
  });
});

describe('where they came from', () => {
  const landOn = async (path: string) => {
    history.replaceState(null, '', path);
    const visitor = await load();
    visitor.readAddress();
    return visitor;
  };

  test('the campaign of the landing goes with the whole session, and no further', async () => {
    const landed = (await landOn('/?utm_source=tiktok&utm_campaign=spring&utm_id=MA_1')).touchSession();
    expect(landed.campaign).toEqual({ source: 'tiktok', name: 'spring', id: 'MA_1' });
    vi.advanceTimersByTime(29 * 60_000);
    expect((await landOn('/tea')).touchSession()).toEqual({ ...landed, isFirst: false });
    vi.advanceTimersByTime(29 * 60_000);
    expect((await landOn('/tea')).touchSession()).toEqual({ ...landed, isFirst: false });
    const { removeCookie } = await load();
    removeCookie('_sb_s');
    const nextPage = (await landOn('/tea')).touchSession();
    expect(nextPage.sessionId).not.toBe(landed.sessionId);
    expect(nextPage.campaign).toBeUndefined();
  });

  test('a click keeps the moment it was captured, over reloads and pages', async () => {
    const first = (await landOn('/?ttclid=E.C.P.one')).saveClick();
    expect(first.ttclid).toBe('E.C.P.one');
    expect(first.ttclid_at).toEqual(new Date('2026-11-21T08:00:00Z'));
    vi.advanceTimersByTime(60_000);
    expect((await landOn('/?ttclid=E.C.P.one')).saveClick()).toEqual(first);
    expect((await landOn('/tea')).saveClick()).toEqual(first);
  });

  test('a newer click wins, also over the cookie the collector set on the parent domain', async () => {
    (await landOn('/?ttclid=E.C.P.one')).saveClick();
    // biome-ignore lint/suspicious/noDocumentCookie: the collector's Set-Cookie, as jsdom can have it.
    document.cookie = 'ttclid=E.C.P.one; Domain=shop.example; Path=/';
    vi.advanceTimersByTime(60_000);
    const newer = (await landOn('/?ttclid=E.C.P.two')).saveClick();
    expect(newer).toMatchObject({ ttclid: 'E.C.P.two', ttclid_at: new Date('2026-11-21T08:01:00Z') });
    expect((await landOn('/tea')).saveClick().ttclid).toBe('E.C.P.two');
  });

  test('a click counts from when it was seen, not from when it was allowed', async () => {
    const visitor = await landOn('/?ttclid=E.C.P.one');
    vi.advanceTimersByTime(60_000);
    expect(visitor.saveClick().ttclid_at).toEqual(new Date('2026-11-21T08:00:00Z'));
  });

  test.each([
    '__CLICKID__',
    '__CALLBACK_PARAM__',
    '{{ttclid}}',
    '%7B%7Bttclid%7D%7D',
    '%5BCLICKID%5D',
    '%25CLICKID%25',
    '$CLICKID',
    '<ttclid>',
    'CLICKID',
    ...['', 'undefined', 'null', 'NaN', 'None', 'n/a', 'not%20set', '(not+set)', 'true', 'false', '0', '-1'],
    '[object%20Object]',
  ])(
    'a macro that was not filled in, or a placeholder (%s), is no click: the one before it stays',
    async (macro) => {
      (await landOn('/?ttclid=E.C.P.one')).saveClick();
      expect((await landOn(`/?ttclid=${macro}`)).saveClick().ttclid).toBe('E.C.P.one');
    },
  );

  test('the pixel’s _ttp is passed on as it is; an unknown capture time is none', async () => {
    // biome-ignore lint/suspicious/noDocumentCookie: set by TikTok's pixel.
    document.cookie = '_ttp=01JABC.tt.1; Path=/';
    // biome-ignore lint/suspicious/noDocumentCookie: set by another tool, without a time beside it.
    document.cookie = 'ttclid=E.C.P.old; Path=/';
    const click = (await landOn('/')).saveClick();
    expect(JSON.parse(JSON.stringify(click))).toEqual({
      ttclid: 'E.C.P.old',
      ttclid_at: null,
      ttp: '01JABC.tt.1',
    });
  });
});
