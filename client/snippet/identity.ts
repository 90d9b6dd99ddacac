import { COOKIES } from '../../shared/names.ts';
import { readCookie, recall, remember, removeCookie, writeCookie } from './storage.ts';
import { uuid } from './uuid.ts';

const ID_SECONDS = 400 * 86_400;

let fresh: string | undefined;

/** Writes nothing: before consent the id lives in this page only. */
export const anonymousId = (): string => {
  fresh = readCookie(COOKIES.anonymousId) || recall().anonymousId || fresh || uuid();
  return fresh;
};

/** Writes the anonymous id where it is missing, so that cookie and localStorage heal each other. */
export const keepId = (): string => {
  const id = anonymousId();
  if (!readCookie(COOKIES.anonymousId)) writeCookie(COOKIES.anonymousId, id, ID_SECONDS);
  remember({ anonymousId: id });
  return id;
};

/** Another id than the one known begins a new anonymous id: two people on one device stay two. */
export const setUser = (next: string | number) => {
  const { userId } = recall();
  if (userId && userId !== next) forgetIdentity();
  remember({ userId: next });
};

export const forgetIdentity = () => {
  fresh = undefined;
  removeCookie(COOKIES.anonymousId);
  remember({ anonymousId: '', userId: '' });
};
