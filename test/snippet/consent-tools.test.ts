// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Options } from '../../client/snippet/api.ts';
import { forgetPageAfterEachTest } from '../support/built-page.ts';
import { STAND_INS, TOOL_NAMES } from '../support/consent-tools.ts';
import { onPage } from '../support/snippet.ts';

const ALL = { advertising: true, analytics: true, marketing: true };
const NONE = { advertising: false, analytics: false, marketing: false };
const STATISTICS = { ...NONE, analytics: true };

const consent = vi.fn();
const recorded = () => consent.mock.calls.map(([choice]) => choice);
/** Puts other people's globals on the page. They are gone after the test. */
const put = (values: object) => {
  for (const [name, value] of Object.entries(values)) vi.stubGlobal(name, value);
};
const explode = () => {
  throw new Error('the tool’s own mistake');
};

/** A page whose tag names these tools. The plugin comes a second later. */
async function follow(consentTool = 'auto', options: Options = {}) {
  window.storebeacon = { consent, options: { consentTool, ...options } } as never;
  await onPage({}, () => import('../../client/snippet/consent-tools.ts'));
  vi.advanceTimersByTime(1_000);
}
const wait = (ms = 1_000) => vi.advanceTimersByTime(ms);

const ours = new Set(Object.getOwnPropertyNames(window));
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  consent.mockReset();
  for (const name of Object.getOwnPropertyNames(window)) {
    if (!ours.has(name)) Reflect.deleteProperty(window, name);
  }
});
forgetPageAfterEachTest();

describe('P5: the browser’s console, 10 seconds after the tag', () => {
  const NO_CHOICE = 'storebeacon: no consent choice yet';
  test.each([
    { page: 'without a banner', open: () => {}, lines: [[NO_CHOICE]] },
    { page: 'with a banner that is open', open: () => STAND_INS.onetrust('asks'), lines: [[NO_CHOICE]] },
    { page: 'of a visitor who refused', open: () => STAND_INS.onetrust('refused'), lines: [] },
  ])('a page $page: $lines', async ({ open, lines }) => {
    const info = vi.spyOn(console, 'info').mockReturnValue();
    open();
    await follow();
    wait(8_900);
    expect(info.mock.calls).toEqual([]);
    wait(600_000);
    expect(info.mock.calls).toEqual(lines);
  });
});

describe.each(TOOL_NAMES)('%s', (name) => {
  const open = STAND_INS[name];

  test('nothing is told before the visitor has answered', async () => {
    open('asks');
    await follow(name);
    wait(600_000);
    expect(recorded()).toEqual([]);
  });

  test.for([
    { said: 'yes to all', act: 'accept', choice: ALL },
    { said: 'no to all', act: 'refuse', choice: NONE },
  ] as const)('$said is told, once', async ({ act, choice }) => {
    open('asks');
    await follow(name);
    window.banner?.[act]();
    wait();
    expect(recorded()).toEqual([choice]);
    window.banner?.[act]();
    wait(600_000);
    expect(recorded()).toEqual([choice]);
  });

  test('a yes taken back is told, and so is a second thought', async () => {
    open('asks');
    await follow(name);
    for (const act of ['accept', 'refuse', 'accept'] as const) {
      window.banner?.[act]();
      wait();
    }
    expect(recorded()).toEqual([ALL, NONE, ALL]);
  });

  test.for([
    { was: 'accepted', choice: ALL },
    { was: 'refused', choice: NONE },
    { was: 'free', choice: ALL },
  ] as const)('who comes back or need not be asked ($was) is told of at once', async ({ was, choice }) => {
    open(was);
    await follow(name);
    // Of Google's signals, a denial while the page loads is no choice.
    expect(recorded()).toEqual(name === 'google' && was === 'refused' ? [] : [choice]);
  });

  test('a tool that comes ten seconds after us is found', async () => {
    await follow(name);
    wait(10_000);
    open('asks');
    wait();
    window.banner?.accept();
    wait();
    expect(recorded()).toEqual([ALL]);
  });

  test('a choice in the last moment of a page is told', async () => {
    open('asks');
    await follow(name);
    window.banner?.accept();
    window.dispatchEvent(new Event('pagehide'));
    expect(recorded()).toEqual([ALL]);
  });

  test('it is not listened to where the tag names others', async () => {
    open('accepted');
    await follow(TOOL_NAMES.filter((other) => other !== name).join(' '));
    expect(recorded()).toEqual([]);
  });
});

test.each(TOOL_NAMES.filter((name) => name !== 'shopline'))(
  'a yes to statistics only is told as that: %s',
  async (name) => {
    STAND_INS[name]('asks');
    await follow(name);
    window.banner?.choosePart?.();
    wait();
    expect(recorded()).toEqual([STATISTICS]);
  },
);

describe('Google’s signals', () => {
  /** The data layer as `gtag` fills it. */
  const layer = (...commands: unknown[][]) => {
    const dataLayer: unknown[] = [];
    function gtag(..._command: unknown[]) {
      // biome-ignore lint/complexity/noArguments: the data layer holds this very kind of object.
      dataLayer.push(arguments);
    }
    for (const command of commands) gtag('consent', ...command);
    put({ dataLayer });
  };
  const ads = { ad_storage: 'granted', ad_user_data: 'granted', ad_personalization: 'granted' };
  const all = { ...ads, analytics_storage: 'granted' };
  const none = Object.fromEntries(Object.keys(all).map((signal) => [signal, 'denied']));

  test.for([
    { said: 'denied by default', commands: [['default', none]], choice: undefined },
    { said: 'granted by default', commands: [['default', all]], choice: ALL },
    {
      said: 'partly granted by default',
      commands: [['default', { ...none, ...ads }]],
      choice: undefined,
    },
    {
      said: 'granted by default, in the terms of version 1',
      commands: [['default', { ad_storage: 'granted', analytics_storage: 'granted' }]],
      choice: ALL,
    },
    {
      said: 'version 1 with a yes to statistics',
      commands: [
        ['default', { ad_storage: 'denied', analytics_storage: 'denied' }],
        ['update', { analytics_storage: 'granted' }],
      ],
      choice: STATISTICS,
    },
    {
      said: 'version 1 with a yes to ads',
      commands: [
        ['default', { ad_storage: 'denied', analytics_storage: 'denied' }],
        ['update', { ad_storage: 'granted' }],
      ],
      choice: { ...ALL, analytics: false },
    },
    {
      said: 'ads granted by default, statistics never named',
      commands: [['default', ads]],
      choice: undefined,
    },
    {
      said: 'denied for some regions, granted elsewhere',
      commands: [
        ['default', { ...none, region: ['FR'] }],
        ['default', all],
      ],
      choice: ALL,
    },
    { said: 'denied while the page loads', commands: [['update', none]], choice: undefined },
    {
      said: 'denied while the page loads, as by default',
      commands: [
        ['default', none],
        ['update', none],
      ],
      choice: undefined,
    },
    {
      said: 'denied while the page loads, where the default grants',
      commands: [
        ['default', all],
        ['update', none],
      ],
      choice: NONE,
    },
    {
      said: 'partly denied while the page loads',
      commands: [['update', { ...none, analytics_storage: 'granted' }]],
      choice: STATISTICS,
    },
    {
      said: 'no storage for ads, but data for them',
      commands: [
        ['default', none],
        ['update', { ...all, ad_storage: 'denied' }],
      ],
      choice: { ...ALL, advertising: false },
    },
    {
      said: 'ads, but not personal ones',
      commands: [['update', { ...all, ad_personalization: 'denied' }]],
      choice: { ...ALL, marketing: false },
    },
    {
      said: 'no personal data for ads',
      commands: [['update', { ...all, ad_user_data: 'denied' }]],
      choice: STATISTICS,
    },
    {
      said: 'an update of one signal; the others stay denied',
      commands: [
        ['default', none],
        ['update', { analytics_storage: 'granted' }],
      ],
      choice: STATISTICS,
    },
    {
      said: 'a choice in two updates',
      commands: [
        ['default', none],
        ['update', ads],
        ['update', { analytics_storage: 'granted' }],
      ],
      choice: ALL,
    },
    {
      said: 'an update of what is no business of ours',
      commands: [
        ['default', none],
        ['update', { functionality_storage: 'granted' }],
      ],
      choice: undefined,
    },
    { said: 'nothing that was ever granted', commands: [['update', { ad_storage: true }]], choice: NONE },
  ])('$said', async ({ commands, choice }) => {
    layer(...commands);
    await follow('google');
    expect(recorded()).toEqual(choice ? [choice] : []);
  });

  test('a denial counts once the visitor did something, or came after the page', async () => {
    layer(['default', none], ['update', none]);
    await follow('google');
    expect(recorded()).toEqual([]);
    layer(['update', none]);
    wait();
    expect(recorded()).toEqual([NONE]);
  });

  test.for([
    { hasBeenActive: false, choice: [] },
    { hasBeenActive: true, choice: [NONE] },
  ])('a browser that knows it says whether they did ($hasBeenActive)', async ({ hasBeenActive, choice }) => {
    Object.defineProperty(navigator, 'userActivation', { value: { hasBeenActive }, configurable: true });
    layer(['default', none]);
    await follow('google');
    layer(['update', none]);
    wait();
    expect(recorded()).toEqual(choice);
    Reflect.deleteProperty(navigator, 'userActivation');
  });

  test('a default that grants waits as long as it says for an update', async () => {
    layer(['default', { ...all, wait_for_update: 2_000 }]);
    await follow('google');
    expect(recorded()).toEqual([]);
    wait(1_500);
    expect(recorded()).toEqual([ALL]);
  });

  const EU = { ...none, region: ['FR', 'DE', 'AT'] };
  test.for([
    { where: 'in Taiwan', zone: 'Asia/Taipei', languages: ['zh-TW', 'zh'], defaults: [EU, all], choice: ALL },
    {
      where: 'in France',
      zone: 'Europe/Paris',
      languages: ['en-US'],
      defaults: [EU, all],
      choice: undefined,
    },
    {
      where: 'French abroad',
      zone: 'Asia/Taipei',
      languages: ['fr-FR'],
      defaults: [EU, all],
      choice: undefined,
    },
    {
      where: 'in an unknown place, speaking a language of elsewhere',
      zone: 'UTC',
      languages: ['zh-TW'],
      defaults: [all, EU],
      choice: ALL,
    },
    {
      where: 'in a region that is free, others ask',
      zone: 'Asia/Taipei',
      languages: ['zh-TW'],
      defaults: [none, { ...all, region: ['TW'] }],
      choice: ALL,
    },
    {
      where: 'where another region is free',
      zone: 'Asia/Tokyo',
      languages: ['ja-JP'],
      defaults: [none, { ...all, region: ['TW'] }],
      choice: undefined,
    },
    {
      where: 'perhaps in part of a country',
      zone: 'America/New_York',
      languages: ['en-US'],
      defaults: [{ ...none, region: ['US-CA'] }, all],
      choice: undefined,
    },
    {
      where: 'outside a region given as text',
      zone: 'Asia/Taipei',
      languages: ['zh-TW'],
      defaults: [{ ...none, region: 'FR' }, all],
      choice: ALL,
    },
    {
      where: 'anywhere, where a region is none',
      zone: 'Asia/Taipei',
      languages: ['zh-TW'],
      defaults: [{ ...none, region: ['?'] }, all],
      choice: undefined,
    },
  ])('defaults of regions, $where', async ({ zone, languages, defaults, choice }) => {
    const DateTimeFormat = () => ({ resolvedOptions: () => ({ timeZone: zone }) });
    vi.stubGlobal('Intl', { Locale: Intl.Locale, DateTimeFormat });
    vi.spyOn(navigator, 'languages', 'get').mockReturnValue(languages);
    layer(...defaults.map((signals) => ['default', signals]));
    await follow('google');
    expect(recorded()).toEqual(choice ? [choice] : []);
  });

  test('where the browser knows no time zones, the visitor may be anywhere', async () => {
    vi.stubGlobal('Intl', { Locale: class {}, DateTimeFormat: Intl.DateTimeFormat });
    layer(['default', EU], ['default', all]);
    await follow('google');
    expect(recorded()).toEqual([]);
  });

  test.for(['shopLayer', 'off'])('the data layer may have the name the tag says (%s)', async (name) => {
    STAND_INS.google('accepted');
    const { dataLayer } = window as { dataLayer?: unknown };
    if (name === 'shopLayer') put({ dataLayer: undefined, shopLayer: dataLayer });
    await follow('google', { dataLayer: name });
    expect(recorded()).toEqual([ALL]);
  });

  test('what Tag Manager drops from the data layer is not forgotten', async () => {
    layer(['default', none], ['update', ads]);
    await follow('google');
    layer(['update', { analytics_storage: 'granted', ad_user_data: 'denied' }]);
    wait();
    layer(['default', all]);
    wait();
    expect(recorded()).toEqual([{ ...ALL, analytics: false }, STATISTICS]);
  });
});

describe('the framework’s answers', () => {
  const consents = Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((id) => [id, true]));
  const answer = { gdprApplies: true, eventStatus: 'useractioncomplete', purpose: { consents } };
  const without = (...ids: number[]) => ({
    ...answer,
    purpose: { consents: { ...consents, ...Object.fromEntries(ids.map((id) => [id, false])) } },
  });

  test.for([
    { said: 'everything', data: answer, choice: ALL },
    { said: 'nothing may be stored', data: without(1), choice: NONE },
    { said: 'no profile for ads', data: without(3), choice: STATISTICS },
    { said: 'no personal ads', data: without(4), choice: STATISTICS },
    { said: 'ads may not be measured', data: without(7), choice: { ...ALL, advertising: false } },
    { said: 'no statistics', data: without(9), choice: { ...ALL, analytics: false } },
    { said: 'no personal content, which we do not have', data: without(2, 5, 6), choice: ALL },
    { said: 'the law does not apply', data: { gdprApplies: false }, choice: ALL },
    {
      said: 'it is not known yet whether the law applies',
      data: { ...answer, gdprApplies: undefined },
      choice: undefined,
    },
    { said: 'the window is open', data: { ...answer, eventStatus: 'cmpuishown' }, choice: undefined },
    { said: 'no event', data: { ...answer, eventStatus: undefined }, choice: undefined },
    { said: 'no purposes', data: { ...answer, purpose: undefined }, choice: undefined },
    { said: 'consents in another shape', data: { ...answer, purpose: { consents: '1101' } }, choice: NONE },
    { said: 'it did not work', data: answer, isSuccess: false, choice: undefined },
    { said: 'null', data: null, choice: undefined },
  ])('$said', async ({ data, isSuccess = true, choice }) => {
    put({
      __tcfapi: (_: string, __: number, listener: (...said: unknown[]) => void) => listener(data, isSuccess),
    });
    await follow('tcf');
    expect(recorded()).toEqual(choice ? [choice] : []);
  });

  test('a stub’s queue is taken over by the tool, and what it then says is heard', async () => {
    const queue: [string, number, (data: unknown, isSuccess: boolean) => void][] = [];
    put({ __tcfapi: (...call: (typeof queue)[0]) => queue.push(call) });
    await follow('tcf');
    wait(5_000);
    expect(queue.map(([command, version]) => [command, version])).toEqual([['addEventListener', 2]]);
    queue[0]?.[2]({ ...answer, eventStatus: 'cmpuishown' }, true);
    expect(recorded()).toEqual([]);
    queue[0]?.[2](answer, true);
    expect(recorded()).toEqual([ALL]);
  });

  test('while the window is open once more, the earlier choice stays', async () => {
    STAND_INS.tcf('accepted');
    let choose: (data: unknown, isSuccess: boolean) => void = () => {};
    put({ __tcfapi: (_: string, __: number, listener: typeof choose) => (choose = listener) });
    await follow('tcf');
    choose({ ...answer, eventStatus: 'tcloaded' }, true);
    choose({ ...without(1), eventStatus: 'cmpuishown' }, true);
    wait();
    expect(recorded()).toEqual([ALL]);
    choose(without(1), true);
    expect(recorded()).toEqual([ALL, NONE]);
  });
});

describe('OneTrust by region', () => {
  const page = (groups: unknown, isClosed: unknown, domain: unknown) => ({
    OnetrustActiveGroups: groups,
    OneTrust: { IsAlertBoxClosed: () => isClosed, GetDomainData: () => domain },
  });
  const every = ',C0001,C0002,C0003,C0004,';
  const model = (Name: string) => ({ ShowAlertNotice: true, ConsentModel: { Name } });

  test.for([
    { said: 'opt-in, not answered', globals: page(every, false, model('opt-in')), choice: undefined },
    { said: 'opt-out, not answered', globals: page(every, false, model('opt-out')), choice: ALL },
    {
      said: 'implied, not answered',
      globals: page(every, false, model('implied consent')),
      choice: undefined,
    },
    {
      said: 'opt-in, but no banner in this region',
      globals: page(every, false, { ...model('opt-in'), ShowAlertNotice: false }),
      choice: ALL,
    },
    { said: 'opted out', globals: page(',C0001,C0002,C0003,', true, model('opt-out')), choice: STATISTICS },
    {
      said: 'closed once, but open again since the shop asks anew',
      globals: {
        ...page(every, true, model('opt-in')),
        OneTrust: { ...page(every, true, model('opt-in')).OneTrust, IsAlertBoxClosedAndValid: () => false },
      },
      choice: undefined,
    },
    { said: 'functional only', globals: page(',C0001,C0003,', true, model('opt-in')), choice: NONE },
    { said: 'ids in small letters', globals: page(every.toLowerCase(), true, model('opt-in')), choice: ALL },
    { said: 'longer ids', globals: page(',C0001,C00021,XC0004,', true, model('opt-in')), choice: NONE },
    {
      said: 'the stub',
      globals: { OneTrust: { geolocationResponse: { countryCode: 'TW' } } },
      choice: undefined,
    },
    { said: 'no groups yet', globals: page('', true, model('opt-in')), choice: undefined },
    { said: 'groups as a list', globals: page(['C0002'], true, model('opt-in')), choice: undefined },
  ])('$said', async ({ globals, choice }) => {
    put(globals);
    await follow('onetrust');
    expect(recorded()).toEqual(choice ? [choice] : []);
  });
});

describe('Cookiebot', () => {
  test.for([
    { said: 'its own script tag', Cookiebot: document.createElement('script'), choice: undefined },
    { said: 'no answer, boxes ticked', Cookiebot: { consent: { marketing: true } }, choice: undefined },
    {
      said: 'preferences only',
      Cookiebot: { hasResponse: true, consent: { preferences: true, statistics: false, marketing: false } },
      choice: NONE,
    },
    {
      said: 'marketing only',
      Cookiebot: { hasResponse: true, consent: { statistics: false, marketing: true } },
      choice: { ...ALL, analytics: false },
    },
    {
      said: 'words instead of yes',
      Cookiebot: { hasResponse: true, consent: { statistics: 'false', marketing: 'no' } },
      choice: NONE,
    },
  ])('$said', async ({ Cookiebot, choice }) => {
    put({ Cookiebot });
    await follow('cookiebot');
    expect(recorded()).toEqual(choice ? [choice] : []);
  });
});

describe('SHOPLINE', () => {
  const page = (customerPrivacy: unknown, error?: unknown) => ({
    Shopline: { customerPrivacy, loadFeatures: (_: unknown, done: (error?: unknown) => void) => done(error) },
  });
  const privacy = (asks: unknown, isAllowed: unknown) => ({
    shouldShowGDPRBanner: () => asks,
    userCanBeTracked: () => isAllowed,
  });

  test.for([
    { said: 'no feature to load', globals: { Shopline: { event: {} } }, choice: undefined },
    { said: 'the feature failed', globals: page(undefined, new Error('blocked')), choice: undefined },
    {
      said: 'a banner, and nobody may be tracked yet',
      globals: page(privacy(true, false)),
      choice: undefined,
    },
    { said: 'a banner, whatever the other answer', globals: page(privacy(true, true)), choice: undefined },
    { said: 'refused', globals: page(privacy(false, false)), choice: NONE },
    { said: 'allowed', globals: page(privacy(false, true)), choice: ALL },
    {
      said: 'yes from a feature that knows no banner',
      globals: page({ userCanBeTracked: () => true }),
      choice: ALL,
    },
    {
      said: 'no from a feature that knows no banner',
      globals: page({ userCanBeTracked: () => false }),
      choice: undefined,
    },
    { said: 'a word instead of an answer', globals: page(privacy(false, 'no')), choice: undefined },
  ])('$said', async ({ globals, choice }) => {
    put(globals);
    await follow('shopline');
    expect(recorded()).toEqual(choice ? [choice] : []);
  });
});

describe('several tools', () => {
  const bot = (statistics: boolean, marketing: boolean) => ({
    Cookiebot: { hasResponse: true, consent: { statistics, marketing } },
  });

  test.for(['auto', 'cookiebot onetrust'])('where two disagree, the stricter counts (%s)', async (named) => {
    put(bot(true, false));
    STAND_INS.onetrust('accepted');
    await follow(named);
    expect(recorded()).toEqual([STATISTICS]);
    window.banner?.refuse();
    wait();
    expect(recorded()).toEqual([STATISTICS, NONE]);
  });

  test('only the tool that is named counts', async () => {
    put(bot(true, true));
    STAND_INS.onetrust('refused');
    await follow('cookiebot');
    expect(recorded()).toEqual([ALL]);
  });

  test('one that was not answered yet holds back the others', async () => {
    put(bot(true, true));
    STAND_INS.google('asks');
    await follow();
    expect(recorded()).toEqual([]);
    window.banner?.accept();
    wait();
    expect(recorded()).toEqual([ALL]);
  });

  test('one that is broken does too, since nobody knows what it would say', async () => {
    put(bot(true, true));
    put({ OneTrust: { IsAlertBoxClosed: explode }, OnetrustActiveGroups: ',C0001,' });
    await follow();
    expect(recorded()).toEqual([]);
  });

  test('a SHOPLINE that cannot load its feature does not', async () => {
    put(bot(true, true));
    put({
      Shopline: { loadFeatures: (_: unknown, done: (error: unknown) => void) => done(new Error('blocked')) },
    });
    await follow();
    expect(recorded()).toEqual([ALL]);
  });

  test('while one asks anew, its earlier no counts', async () => {
    put(bot(true, false));
    STAND_INS.onetrust('refused');
    await follow();
    put({
      Cookiebot: { hasResponse: false, consent: { statistics: false, marketing: false, method: null } },
    });
    wait();
    window.banner?.accept();
    wait();
    expect(recorded()).toEqual([NONE, STATISTICS]);
  });

  test('one that comes later and is stricter is obeyed; while it asks, a withdrawal elsewhere is too', async () => {
    put(bot(true, true));
    await follow();
    STAND_INS.tcf('asks');
    wait();
    put(bot(true, false));
    wait();
    window.banner?.refuse();
    expect(recorded()).toEqual([ALL, STATISTICS, NONE]);
  });

  test.for(['auto', 'shopline onetrust'])(
    'nothing is told while the page still loads a tool (%s)',
    async (named) => {
      const readyState = vi.spyOn(document, 'readyState', 'get').mockReturnValue('interactive');
      STAND_INS.shopline('free');
      await follow(named);
      wait(5_000);
      expect(recorded()).toEqual([]);
      STAND_INS.onetrust('asks');
      readyState.mockReturnValue('complete');
      window.dispatchEvent(new Event('load'));
      wait();
      expect(recorded()).toEqual([]);
      window.banner?.accept();
      wait();
      expect(recorded()).toEqual([ALL]);
    },
  );

  test('where the tag names a tool, its choice need not wait for the page', async () => {
    vi.spyOn(document, 'readyState', 'get').mockReturnValue('interactive');
    STAND_INS.cookiebot('accepted');
    await follow('cookiebot');
    expect(recorded()).toEqual([ALL]);
  });
});

describe('broken tools', () => {
  test.for([
    { name: 'shopline', globals: { Shopline: { loadFeatures: explode } } },
    {
      name: 'shopline',
      globals: { Shopline: { loadFeatures: () => {}, customerPrivacy: { userCanBeTracked: explode } } },
    },
    { name: 'google', globals: { dataLayer: [Object.defineProperty({}, '0', { get: explode })] } },
    { name: 'tcf', globals: { __tcfapi: explode } },
    {
      name: 'onetrust',
      globals: { OneTrust: { IsAlertBoxClosed: explode }, OnetrustActiveGroups: ',C0004,' },
    },
    { name: 'cookiebot', globals: { Cookiebot: Object.defineProperty({}, 'consent', { get: explode }) } },
  ])('a $name that throws tells nothing and throws nothing into the page', async ({ name, globals }) => {
    put(globals);
    await follow(name);
    expect(() => wait(5_000)).not.toThrow();
    expect(() => window.dispatchEvent(new Event('load'))).not.toThrow();
    expect(recorded()).toEqual([]);
  });

  test.each([null, 0, '', 'text', true, [], [null, 'consent', ['consent']], {}, () => {}])(
    'nonsense in every global (%j) tells nothing',
    async (value) => {
      put({
        Shopline: value,
        dataLayer: value,
        __tcfapi: value,
        OneTrust: value,
        OnetrustActiveGroups: value,
        Cookiebot: value,
      });
      await follow();
      expect(() => wait(5_000)).not.toThrow();
      expect(recorded()).toEqual([]);
    },
  );

  test('a tool that breaks after an answer keeps it', async () => {
    STAND_INS.cookiebot('accepted');
    await follow('cookiebot');
    put({ Cookiebot: undefined });
    wait();
    put({ Cookiebot: { consent: null } });
    wait();
    expect(recorded()).toEqual([ALL]);
  });

  test.for(['', 'cookibot', 'toString', 'constructor'])(
    'a tag that names %j follows no unknown tool',
    async (named) => {
      put({ cookibot: { consent: {} } });
      await follow(named);
      expect(recorded()).toEqual([]);
    },
  );
});

test('nothing of the shop’s is replaced, and nothing is said to its tools', async () => {
  const OptanonWrapper = vi.fn();
  const dataLayer: unknown[] = [{ event: 'gtm.js' }];
  put({ OptanonWrapper, dataLayer });
  STAND_INS.onetrust('asks');
  STAND_INS.tcf('asks');
  STAND_INS.cookiebot('asks');
  const { OneTrust, __tcfapi, Cookiebot } = window as never as Record<string, object>;
  const before = JSON.stringify([OneTrust, Cookiebot]);
  const names = Object.getOwnPropertyNames(window).filter((name) => name !== 'storebeacon');
  await follow();
  wait(60_000);
  expect(dataLayer).toEqual([{ event: 'gtm.js' }]);
  expect(Object.hasOwn(dataLayer, 'push')).toBe(false);
  expect(OptanonWrapper).not.toHaveBeenCalled();
  expect(window).toMatchObject({ OptanonWrapper, OneTrust, __tcfapi, Cookiebot });
  expect(JSON.stringify([OneTrust, Cookiebot])).toBe(before);
  expect(Object.getOwnPropertyNames(window).filter((name) => name !== 'storebeacon')).toEqual(names);
});

test('without the snippet it does nothing', async () => {
  Reflect.deleteProperty(window, 'storebeacon');
  await onPage({}, () => import('../../client/snippet/consent-tools.ts'));
  expect(vi.getTimerCount()).toBe(0);
});
