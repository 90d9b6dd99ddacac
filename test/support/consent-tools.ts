/**
 * How a page begins: the tool asks, it was answered on an earlier page, or the visitor's region needs no question.
 */
export type Beginning = 'asks' | 'accepted' | 'refused' | 'free';

/** What a visitor can do. A page has it as `window.banner`. */
export interface Banner {
  accept(): void;
  refuse(): void;
  /** Statistics and nothing else. Missing where a tool knows only yes and no. */
  choosePart?(): void;
}

declare global {
  interface Window {
    banner?: Banner;
  }
}

/**
 * Stand-ins for consent tools, as their vendors describe them (pages named in `client/snippet/consent-tools`). Each
 * is whole in itself, so that its text can be put into a page, and writes nothing into the browser.
 */
export const STAND_INS = {
  cookiebot(beginning: Beginning) {
    const consent = {
      necessary: true,
      preferences: false,
      statistics: false,
      marketing: false,
      method: null as string | null,
    };
    const Cookiebot = { consent, consented: false, declined: false, hasResponse: false };
    const answer = (statistics: boolean, marketing: boolean, method = 'explicit') => {
      Object.assign(consent, { preferences: marketing, statistics, marketing, method });
      const consented = statistics || marketing;
      Object.assign(Cookiebot, { consented, declined: !consented, hasResponse: method === 'explicit' });
      dispatchEvent(new Event('CookiebotOnConsentReady'));
      dispatchEvent(new Event(consented ? 'CookiebotOnAccept' : 'CookiebotOnDecline'));
    };
    Object.assign(window, { Cookiebot });
    window.banner = {
      accept: () => answer(true, true),
      refuse: () => answer(false, false),
      choosePart: () => answer(true, false),
    };
    if (beginning === 'accepted') answer(true, true);
    if (beginning === 'refused') answer(false, false);
    if (beginning === 'free') answer(true, true, 'implied');
  },

  onetrust(beginning: Beginning) {
    let isClosed = beginning === 'accepted' || beginning === 'refused';
    const update = (groups: string[]) => {
      Object.assign(window, { OnetrustActiveGroups: `,${groups.join(',')},` });
      dispatchEvent(new CustomEvent('OneTrustGroupsUpdated', { detail: groups }));
    };
    const answer = (...groups: string[]) => {
      isClosed = true;
      update(['C0001', ...groups]);
    };
    Object.assign(window, {
      OneTrust: {
        IsAlertBoxClosed: () => isClosed,
        GetDomainData: () => ({
          ShowAlertNotice: beginning !== 'free',
          ConsentModel: { Name: beginning === 'free' ? 'notice only' : 'opt-in' },
        }),
      },
    });
    const all = ['C0002', 'C0003', 'C0004'];
    window.banner = {
      accept: () => answer(...all),
      refuse: () => answer(),
      choosePart: () => answer('C0002'),
    };
    update(beginning === 'accepted' || beginning === 'free' ? ['C0001', ...all] : ['C0001']);
  },

  tcf(beginning: Beginning) {
    type Listener = (data: unknown, isSuccess: boolean) => void;
    const listeners: Listener[] = [];
    let data: Record<string, unknown> = {
      gdprApplies: true,
      cmpStatus: 'loading',
      purpose: { consents: {} },
    };
    const invoke = () => {
      listeners.forEach((listener, listenerId) => {
        listener({ ...data, listenerId }, true);
      });
    };
    const answer = (eventStatus: string, allowed: number[]) => {
      const consents = Object.fromEntries(
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((id) => [id, allowed.includes(id)]),
      );
      data = {
        gdprApplies: true,
        cmpStatus: 'loaded',
        eventStatus,
        purpose: { consents, legitimateInterests: { 2: true, 7: true, 8: true, 9: true, 10: true } },
      };
      invoke();
    };
    const all = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    window.banner = {
      accept: () => answer('useractioncomplete', all),
      refuse: () => answer('useractioncomplete', []),
      choosePart: () => answer('useractioncomplete', [1, 8, 9, 10]),
    };
    Object.assign(window, {
      __tcfapi(command: string, _version: number, listener: Listener) {
        if (command !== 'addEventListener') return;
        listener({ ...data, listenerId: listeners.push(listener) - 1 }, true);
      },
    });
    if (beginning === 'asks') answer('cmpuishown', []);
    if (beginning === 'accepted') answer('tcloaded', all);
    if (beginning === 'refused') answer('tcloaded', []);
    if (beginning === 'free') data = { gdprApplies: false };
  },

  google(beginning: Beginning) {
    const layer = window as unknown as { dataLayer?: unknown[] };
    layer.dataLayer ??= [{ 'gtm.start': 1, event: 'gtm.js' }];
    function gtag(..._command: unknown[]) {
      // biome-ignore lint/complexity/noArguments: the data layer is read for this very kind of object.
      layer.dataLayer?.push(arguments);
    }
    const signals = (ads: string, analytics: string) => ({
      ad_storage: ads,
      ad_user_data: ads,
      ad_personalization: ads,
      analytics_storage: analytics,
    });
    const byDefault = beginning === 'free' ? 'granted' : 'denied';
    gtag('consent', 'default', { ...signals(byDefault, byDefault), wait_for_update: 500 });
    gtag('js', new Date());
    const answer = (ads: string, analytics: string) => gtag('consent', 'update', signals(ads, analytics));
    window.banner = {
      accept: () => answer('granted', 'granted'),
      refuse: () => answer('denied', 'denied'),
      choosePart: () => answer('denied', 'granted'),
    };
    if (beginning === 'accepted') window.banner.accept();
    if (beginning === 'refused') window.banner.refuse();
  },

  shopline(beginning: Beginning) {
    let answer = { asks: undefined, accepted: true, refused: false, free: undefined }[beginning];
    const customerPrivacy = {
      shouldShowGDPRBanner: () => beginning !== 'free' && answer === undefined,
      userCanBeTracked: () => answer ?? beginning === 'free',
      setTrackingConsent(isAllowed: boolean, done: () => void) {
        answer = isAllowed;
        if (isAllowed) document.dispatchEvent(new CustomEvent('trackingConsentAccepted'));
        done();
      },
    };
    const Shopline: Record<string, unknown> = {
      loadFeatures(features: { name: string }[], done: (error?: unknown) => void) {
        setTimeout(() => {
          if (features[0]?.name === 'consent-tracking-api') Shopline.customerPrivacy = customerPrivacy;
          done();
        }, 200);
      },
    };
    Object.assign(window, { Shopline });
    window.banner = {
      accept: () => customerPrivacy.setTrackingConsent(true, () => {}),
      refuse: () => customerPrivacy.setTrackingConsent(false, () => {}),
    };
  },
} satisfies Record<string, (beginning: Beginning) => void>;

export type ToolName = keyof typeof STAND_INS;
export const TOOL_NAMES = Object.keys(STAND_INS) as ToolName[];
