import { COOKIES } from '../../shared/names.ts';
import { toJson } from './json.ts';
import { parse, readCookie, removeCookie, writeCookie } from './storage.ts';
import { uuid } from './uuid.ts';

const SESSION_SECONDS = 30 * 60;
const CLICK_SECONDS = 30 * 86_400;

/** What the address said and no cookie knows yet. */
let landing: { campaign?: Record<string, string> } = {};
let ttclid: string | null;
let capturedAt: number;

/** Notes what the address says, in memory. UTM values lose their prefix; `utm_campaign` is the `name`. */
export const readAddress = () => {
  const campaign: Record<string, string> = {};
  new URLSearchParams(location.search).forEach((value, name) => {
    if (name === 'ttclid') {
      ttclid = value;
      capturedAt = Date.now();
    }
    if (!name.startsWith('utm_')) return;
    campaign[name === 'utm_campaign' ? 'name' : name.slice(4)] = value;
    landing = { campaign };
  });
};

/** The session, continued or begun, with the campaign that led to it. Its cookie lasts 30 minutes from now. */
export const touchSession = (): {
  sessionId: string;
  campaign?: Record<string, string>;
  isFirst: boolean;
} => {
  const known = parse(readCookie(COOKIES.session));
  const visit = { sessionId: uuid(), ...known, ...landing };
  landing = {};
  writeCookie(COOKIES.session, toJson(visit), SESSION_SECONDS);
  return { ...visit, isFirst: !known };
};

/** TikTok's ids, for a visitor who allows advertising: a click seen in the address is kept from here on. */
export const saveClick = () => {
  // The same click met again (a reload) keeps the moment it was captured.
  if (ttclid && readCookie(COOKIES.ttclid) !== ttclid) {
    forgetClick();
    writeCookie(COOKIES.ttclid, ttclid, CLICK_SECONDS);
    writeCookie(COOKIES.ttclidAt, `${capturedAt}`, CLICK_SECONDS);
  }
  ttclid = null;
  return {
    ttclid: readCookie(COOKIES.ttclid),
    // An unknown moment is an invalid date, which JSON calls null.
    ttclid_at: new Date(+(readCookie(COOKIES.ttclidAt) as string)),
    ttp: readCookie('_ttp'),
  };
};

export const forgetClick = () => {
  removeCookie(COOKIES.ttclid);
  removeCookie(COOKIES.ttclidAt);
};

export const forgetSession = () => removeCookie(COOKIES.session);
