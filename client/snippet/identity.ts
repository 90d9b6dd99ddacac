import { COOKIES } from '../../shared/names.ts';
import { options } from './config.ts';
import { parameter } from './page.ts';
import { readCookie, recall, remember, removeCookie, writeCookie } from './storage.ts';
import { uuid } from './uuid.ts';

const ID_SECONDS = 400 * 86_400;
/** Long enough for a slow page load. Time is the only check on an id in a URL. */
const HAND_OVER_MS = 120_000;
const UUID_CHARACTERS = 36;

let fresh: string | undefined;

/** The visitor's id from `_sb`, which another host of the shop added to the link; false when expired or malformed. */
const handedOver = () => {
  const [id = '', at] = (options.domains && parameter('_sb')?.split('.')) || [];
  return Math.abs(Date.now() - +(at as string)) < HAND_OVER_MS && id.length === UUID_CHARACTERS && id;
};

/** Stores nothing: before consent the id exists in this page only. */
export const anonymousId = (): string => {
  fresh = readCookie(COOKIES.anonymousId) || recall().anonymousId || fresh || handedOver() || uuid();
  return fresh;
};

/** Stores the anonymous id in cookie and localStorage, so that each restores the other. */
export const saveId = (): string => {
  const id = anonymousId();
  if (!readCookie(COOKIES.anonymousId)) writeCookie(COOKIES.anonymousId, id, ID_SECONDS);
  remember({ anonymousId: id });
  return id;
};

/** A user id other than the stored one begins a new anonymous id: two people on one device stay separate. */
export const setUser = (next: string) => {
  const { userId } = recall();
  if (userId && userId !== next) forgetIdentity();
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
