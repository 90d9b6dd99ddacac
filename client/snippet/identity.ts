import { COOKIES } from '../../shared/names.ts';
import { options } from './config.ts';
import { parameter } from './page.ts';
import { readCookie, recall, remember, removeCookie, writeCookie } from './storage.ts';
import { uuid } from './uuid.ts';

const ID_SECONDS = 400 * 86_400;
/** As long as a slow page may take to load. Nothing but time speaks for an id in an address. */
const HAND_OVER_MS = 120_000;
const UUID_CHARACTERS = 36;

let fresh: string | undefined;

/** What another host of the shop put into the link that led here: its visitor's id, and when. */
const handedOver = () => {
  const [id = '', at] = (options.domains && parameter('_sb')?.split('.')) || [];
  return Math.abs(Date.now() - +(at as string)) < HAND_OVER_MS && id.length === UUID_CHARACTERS && id;
};

/** Writes nothing: before consent the id lives in this page only. */
export const anonymousId = (): string => {
  fresh = readCookie(COOKIES.anonymousId) || recall().anonymousId || fresh || handedOver() || uuid();
  return fresh;
};

/** Writes the anonymous id where it is missing, so that cookie and localStorage heal each other. */
export const saveId = (): string => {
  const id = anonymousId();
  if (!readCookie(COOKIES.anonymousId)) writeCookie(COOKIES.anonymousId, id, ID_SECONDS);
  remember({ anonymousId: id });
  return id;
};

/** Another id than the one known begins a new anonymous id: two people on one device stay two. */
export const setUser = (next: string) => {
  const { userId } = recall();
  if (userId && userId !== next) forgetIdentity();
  remember({ userId: next });
};

/**
 * The collector's answer sets the cookie of the id it was told. Where that id was forgotten meanwhile, the cookie has
 * to go once more.
 */
export const forgetAgain = () => {
  if (recall().anonymousId !== readCookie(COOKIES.anonymousId)) removeCookie(COOKIES.anonymousId);
};

export const forgetIdentity = () => {
  fresh = uuid();
  removeCookie(COOKIES.anonymousId);
  // Before the choice nothing is written, not even that there is nothing.
  if (recall().anonymousId) remember({ anonymousId: '', userId: '' });
};
