import { TTCLID, TTP } from '../../../shared/click-ids.ts';
import { COOKIES } from '../../../shared/names.ts';
import type { Choice } from '../api.ts';
import { blobUuid } from '../uuid.ts';
import { sandbox } from './sandbox.ts';
import { read, readCookie, write, writeCookie } from './store.ts';

const ID_SECONDS = 400 * 86_400;
const UUID = /^[\da-f-]{36}$/;
/** The localStorage key of the snippet's visitor record, which the pixel shares. */
const MEMORY = '_sb';

export interface Memory {
  choice?: Choice;
  anonymousId?: string;
  /** The last order ids that were counted. */
  orders?: unknown[];
}

let fresh = '';

export const recall = async (): Promise<Memory> => (await read(MEMORY)) || {};
/** Reads again first, because the page may have written in between. */
export const remember = async (changes: Memory) => write(MEMORY, { ...(await recall()), ...changes });

const writeId = (id: string, maxAgeSeconds: number) =>
  writeCookie(`${COOKIES.anonymousId}=${id};Path=/;SameSite=Lax;Secure;Max-Age=${maxAgeSeconds}`);

/** The storefront's anonymous id, else a new one. Without storage, the platform's own id if it is a UUID. */
export const saveId = async ({ anonymousId }: Memory, clientId: string): Promise<string> => {
  const known = await readCookie(COOKIES.anonymousId);
  fresh = known || anonymousId || fresh || (!sandbox.browser && UUID.test(clientId) ? clientId : blobUuid());
  if (!known) await writeId(fresh, ID_SECONDS);
  return fresh;
};

/** TikTok's ids. Only with consent to advertising. */
export const readClick = async () => ({
  ttclid: await readCookie(TTCLID),
  // Without a cookie this is an invalid date, which becomes null in JSON.
  ttclid_at: new Date(parseInt((await readCookie(COOKIES.ttclidAt)) as string, 10)),
  ttp: await readCookie(TTP),
});

export const forget = async () => {
  fresh = '';
  await writeId('', 0);
  await remember({ anonymousId: '', orders: [] });
};
