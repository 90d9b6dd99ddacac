import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Facts } from '../store/facts.ts';

/** Someone who exchanged the token for a cookie. */
export interface OperatorSession {
  /** Sent as `X-CSRF-Token` with every request that changes something. */
  csrf: string;
  /** Epoch ms. */
  endsAtMs: number;
  /** False after a logout, of whichever collector, and at its end. */
  isOpen(): Promise<boolean>;
}

/** What a session's cookie proves is the same to every collector on one store, and to the next process. */
export interface OperatorSessions {
  /** @returns the cookie's value, which nothing else holds. */
  begin(): Promise<{ id: string; session: OperatorSession }>;
  /** Undefined for one that ended, was begun with another token, or never was. */
  find(id: string): Promise<OperatorSession | undefined>;
  end(id: string): Promise<void>;
}

/** After this an operator logs in again. */
export const SESSION_MS = 12 * 60 * 60 * 1000;
/** What cookies are signed with, together with the token: who has read one cookie cannot guess tokens. */
const KEY = 'operator-session-key';
/** JSON: when each session would have ended that was ended by a logout. */
const LOGOUTS = 'operator-logouts';

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares digests: they have equal lengths, so that the time reveals neither the length nor the beginning of a secret. */
export const isSame = (given: string, expected: Buffer): boolean => timingSafeEqual(sha256(given), expected);

const newKey = () => randomBytes(32).toString('base64url');

/** A session is its end and a random name, signed: nothing is stored of it before a logout. */
export function createSessions(facts: Facts, token: string, nowMs: () => number): OperatorSessions {
  let key: Buffer | undefined;

  async function keyOf(): Promise<Buffer> {
    const stored = (await facts.readFact(KEY)) ?? (await facts.keepFact(KEY, newKey()));
    return createHmac('sha256', stored).update(token).digest();
  }
  async function sign(use: string, name: string): Promise<string> {
    key ??= await keyOf();
    return createHmac('sha256', key).update(`${use} ${name}`).digest('base64url');
  }
  const logouts = async (): Promise<Record<string, number>> =>
    JSON.parse((await facts.readFact(LOGOUTS)) ?? '{}');
  const isOpen = async (name: string) => endOf(name) > nowMs() && !Object.hasOwn(await logouts(), name);

  async function sessionOf(name: string): Promise<OperatorSession> {
    return { csrf: await sign('csrf', name), endsAtMs: endOf(name), isOpen: () => isOpen(name) };
  }
  async function nameOf(id: string): Promise<string | undefined> {
    const [name = '', signature = ''] = id.split('~');
    return isSame(signature, sha256(await sign('session', name))) ? name : undefined;
  }

  // Now, because the disk may be full at the first login.
  void sign('session', '').catch(() => {});
  return {
    async begin() {
      const name = `${nowMs() + SESSION_MS}-${randomBytes(16).toString('base64url')}`;
      return { id: `${name}~${await sign('session', name)}`, session: await sessionOf(name) };
    },
    async find(id) {
      const name = await nameOf(id);
      return name !== undefined && (await isOpen(name)) ? sessionOf(name) : undefined;
    },
    async end(id) {
      const name = await nameOf(id);
      // Another collector's logout may be written over this one.
      while (name !== undefined && (await isOpen(name))) {
        const open = Object.entries(await logouts()).filter(([, endsAtMs]) => endsAtMs > nowMs());
        await facts.writeFact(LOGOUTS, JSON.stringify({ ...Object.fromEntries(open), [name]: endOf(name) }));
      }
    },
  };
}

/** Epoch ms. */
const endOf = (name: string) => Number.parseInt(name, 10);
