import { guard } from './guard.ts';
import { sandbox, type Thing } from './sandbox.ts';

/** May be undefined; the guards below catch the error. */
const browser = () => sandbox.browser as NonNullable<typeof sandbox.browser>;

/** The page's cookies and localStorage, through the sandbox. Undefined when unreadable. */
export const readCookie = guard((name: string) => browser().cookie.get(name));

export const writeCookie = guard((cookie: string) => browser().cookie.set(cookie));

export const read: (key: string) => Promise<Thing> = guard(async (key: string) =>
  JSON.parse((await browser().localStorage.getItem(key)) as string),
);

export const write = guard((key: string, value: unknown) =>
  browser().localStorage.setItem(key, JSON.stringify(value)),
);
