import { COOKIES } from '../../../shared/names.ts';
import type { Choice } from '../api.ts';
import { blobUuid } from '../uuid.ts';
import { sandbox } from './sandbox.ts';
import { read, readCookie, write, writeCookie } from './store.ts';

const ID_SECONDS = 400 * 86_400;
const UUID = /^[\da-f-]{36}$/;
/** Where the snippet keeps what it remembers of a visitor. A pixel continues it. */
const MEMORY = '_sb';

export interface Memory {
  choice?: Choice;
  anonymousId?: string;
  /** The last order ids that were counted. */
  orders?: unknown[];
}

let fresh = '';

export const recall = async (): Promise<Memory> => (await read(MEMORY)) || {};
/** Reads anew, since the page may have written meanwhile. */
export const remember = async (changes: Memory) => write(MEMORY, { ...(await recall()), ...changes });

const writeId = (id: string, maxAgeSeconds: number) =>
  writeCookie(`${COOKIES.anonymousId}=${id};Path=/;SameSite=Lax;Secure;Max-Age=${maxAgeSeconds}`);

/**
 * The storefront's anonymous id where there is one, else a new one. Where nothing can be kept the platform's own id
 * counts.
 */
export const saveId = async ({ anonymousId }: Memory, clientId: string): Promise<string> => {
  const known = await readCookie(COOKIES.anonymousId);
  fresh = known || anonymousId || fresh || (!sandbox.browser && UUID.test(clientId) ? clientId : blobUuid());
  if (!known) await writeId(fresh, ID_SECONDS);
  return fresh;
};

/** The click that led here, for a visitor who allows advertising. */
export const readClick = async () => ({
  ttclid: await readCookie(COOKIES.ttclid),
  // An unknown moment is an invalid date, which JSON calls null.
  ttclid_at: new Date(parseInt((await readCookie(COOKIES.ttclidAt)) as string, 10)),
  ttp: await readCookie('_ttp'),
});

export const forget = async () => {
  await writeId('', 0);
  await remember({ anonymousId: '', orders: [] });
};
