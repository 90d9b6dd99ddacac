import { TTCLID, TTCLID_DAYS, TTP } from '../../shared/click-ids.ts';
import { COOKIES } from '../../shared/names.ts';
import { options } from './config.ts';
import { parse, readCookie, removeCookie, writeCookie } from './storage.ts';
import { toText } from './text.ts';
import { uuid } from './uuid.ts';

const SESSION_SECONDS = 30 * 60;
const CLICK_SECONDS = TTCLID_DAYS * 86_400;

/** A browser keeps no cookie of more than 4,096 bytes, and a character takes up to nine. Of a longer one, the long values are left out. */
const MAX_CHARACTERS = 440;

/** UTM values of this URL that are not yet in the session cookie. */
let landing: { campaign?: Record<string, string> } = {};
let ttclid: string | null;
let capturedAt: number;

/** Reads click id and UTM values from the URL into memory. `utm_` is cut off; `utm_campaign` becomes `name`. */
export const readAddress = () => {
  const campaign: Record<string, string> = {};
  new URLSearchParams(location.search).forEach((value, name) => {
    // Not `__CLICKID__` or `{{ttclid}}`, which an ad platform has not filled in, nor a word alone: `undefined`, `null`.
    if (name === TTCLID && /^[\da-z].*[\d.]/i.test(value)) {
      ttclid = value;
      capturedAt = Date.now();
    }
    if (!name.startsWith('utm_')) return;
    campaign[name === 'utm_campaign' ? 'name' : name.slice(4)] = value;
    landing = { campaign };
  });
};

type Session = { sessionId: string; campaign?: Record<string, string> };
/** The current session, or a new one, with the campaign that led to it. Extends its cookie by 30 minutes. */
export const touchSession = (
  open: Partial<Session> | undefined = parse(readCookie(COOKIES.session)),
  session: Session = { sessionId: uuid(), ...open, ...landing },
) => {
  landing = {};
  writeCookie(COOKIES.session, toText(session, MAX_CHARACTERS), SESSION_SECONDS);
  return { ...session, isFirst: !open };
};

/** Stores the click id of the URL, if any, and returns TikTok's ids. Only with consent to advertising. */
export const saveClick = () => {
  // After a reload the same click keeps its first time.
  if (ttclid && readCookie(TTCLID) !== ttclid) {
    forgetClick();
    writeCookie(TTCLID, ttclid, CLICK_SECONDS);
    writeCookie(COOKIES.ttclidAt, capturedAt, CLICK_SECONDS);
  }
  ttclid = null;
  return {
    ttclid: readCookie(TTCLID),
    // Without a cookie this is an invalid date, which becomes null in JSON.
    ttclid_at: new Date(+(readCookie(COOKIES.ttclidAt) as string)),
    ttp: readCookie(TTP),
    pixel: options.pixel,
  };
};

export const forgetClick = () => {
  removeCookie(TTCLID);
  removeCookie(COOKIES.ttclidAt);
};

export const forgetSession = () => removeCookie(COOKIES.session);
