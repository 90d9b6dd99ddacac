import { COOKIES } from '../../shared/names.ts';
import { options } from './config.ts';
import { withoutQuery } from './page.ts';
import { readCookie, recall, remember, removeCookie, writeCookie } from './storage.ts';
import { uuid } from './uuid.ts';

const ID_SECONDS = 400 * 86_400;
/** Long enough for a slow page load. */
const HAND_OVER_MS = 120_000;

let fresh: string | undefined;

/**
 * The visitor's id from `_sb`, which another host of the shop added to the link; false when it is no UUID, when it is
 * older than two minutes, or when the visitor does not come from another host in `data-domains`: anybody can make a link.
 */
const handedOver = (
  [, id, , at] = /[?&]_sb=([\da-f]{8}(-[\da-f]{4}){4}[\da-f]{8})\.(\d+)/.exec(location.search) || [],
  from = withoutQuery(document.referrer)?.split('/')[2] as string,
) =>
  from !== location.host &&
  options.domains?.split(' ').includes(from) &&
  Math.abs(Date.now() - (at as unknown as number)) < HAND_OVER_MS &&
  id;

/** The visitor's id, if one was ever stored: something was granted then. */
export const storedId = () => readCookie(COOKIES.anonymousId) || recall().anonymousId;

/** Stores nothing: before consent the id exists in this page only. */
export const anonymousId = (): string => {
  fresh = storedId() || fresh || handedOver() || uuid();
  return fresh;
};

/** Stores the anonymous id in cookie and localStorage, so that each restores the other. */
export const saveId = (): string => {
  anonymousId();
  if (!readCookie(COOKIES.anonymousId)) writeCookie(COOKIES.anonymousId, fresh as string, ID_SECONDS);
  remember({ anonymousId: fresh });
  return fresh as string;
};

/** A user id other than the stored one begins a new anonymous id: two people on one device stay separate. */
export const setUser = (next: string) => {
  if ((recall().userId || next) !== next) forgetIdentity();
  remember({ userId: next });
};

/** Removes the cookie that the collector's response set for an id which was forgotten during the request. */
export const forgetAgain = () => {
  if (recall().anonymousId !== readCookie(COOKIES.anonymousId)) removeCookie(COOKIES.anonymousId);
};

export const forgetIdentity = () => {
  fresh = uuid();
  removeCookie(COOKIES.anonymousId);
  // Before the choice nothing is stored, not even an empty id.
  if (recall().anonymousId) remember({ anonymousId: '', userId: '' });
};
