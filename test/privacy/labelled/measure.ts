import { readFileSync } from 'node:fs';
import { protect } from '../../../server/privacy/protect.ts';
import { isObject } from '../../../shared/is-object.ts';

/**
 * Fields as one kind of sender names them. Each value of `personal` must not be stored: of a text with `⟦…⟧` what is between
 * them, which must not be in a key either. Each of `other` must be stored as it is.
 */
interface Group {
  source: string;
  /** Of the shop, ISO 3166-1 alpha-2. */
  country: string;
  personal: [key: string, value: unknown][];
  other: [key: string, value: unknown][];
}

/** `tuning`: the detection was made with it. `held-out`: written before the detection, and used to measure it alone. */
export type Half = 'tuning' | 'held-out';

export interface Measured {
  pairs: number;
  right: number;
  /** `source: key = value` of each pair that is wrong. */
  wrong: string[];
}

/** Every pair of key and value, protected in an event of its own. */
export function measure(half: Half): Record<'personal' | 'other', Measured> {
  const groups: Group[] = JSON.parse(readFileSync(new URL(`${half}.json`, import.meta.url), 'utf8'));
  return {
    personal: sum(groups.flatMap((group) => group.personal.flatMap((pair) => leaks(group, pair)))),
    other: sum(groups.flatMap((group) => group.other.flatMap((pair) => changes(group, pair)))),
  };
}

const sum = (results: { shown: string; isRight: boolean }[]): Measured => ({
  pairs: results.length,
  right: results.filter(({ isRight }) => isRight).length,
  wrong: results.filter(({ isRight }) => !isRight).map(({ shown }) => shown),
});

function stored(properties: Record<string, unknown>, country: string) {
  const message = { type: 'track', event: 'Form Sent', anonymousId: 'visitor', properties } as const;
  return protect(message, { country, keepRaw: false }).properties;
}

const MARKED = /⟦(.*?)⟧/g;
const unmarked = (text: string) => text.replace(/[⟦⟧]/g, '');

function leaks({ source, country }: Group, [key, value]: Group['personal'][number]) {
  const sent = JSON.parse(unmarked(JSON.stringify({ [key]: value })));
  // A digest holds every digit.
  const kept = JSON.stringify(stored(sent, country)).replace(/[0-9a-f]{64}/g, '');
  const marked = [...JSON.stringify({ [key]: value }).matchAll(MARKED)].map(([, text]) => text ?? '');
  const planted = marked.length > 0 ? marked : textsIn(value);
  return planted.map((text) => ({ shown: `${source}: ${key} = ${text}`, isRight: !kept.includes(text) }));
}

/** Yes and no are not personal. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return isObject(value) || Array.isArray(value) ? Object.values(value).flatMap(textsIn) : [];
}

function changes({ source, country }: Group, [key, value]: Group['other'][number]) {
  const kept = stored({ [key]: value }, country)[key];
  return differences(value, kept).map(({ leaf, isRight }) => ({
    shown: `${source}: ${key} = ${leaf}`,
    isRight,
  }));
}

function differences(sent: unknown, kept: unknown): { leaf: string; isRight: boolean }[] {
  if (!isObject(sent) && !Array.isArray(sent)) return [{ leaf: String(sent), isRight: sent === kept }];
  const inside = kept as Record<string, unknown> | undefined;
  return Object.entries(sent).flatMap(([key, value]) => differences(value, inside?.[key]));
}
