import type { Notice } from '../operator-api/common.ts';
import type { Advice } from './advice.ts';
import { ENGLISH_ALERTS } from './english-alerts.ts';
import { ENGLISH_DATABASE } from './english-database.ts';
import { ENGLISH_SETUP } from './english-setup.ts';

export const ENGLISH_NOTICES = { ...ENGLISH_ALERTS, ...ENGLISH_SETUP, ...ENGLISH_DATABASE };
type English = typeof ENGLISH_NOTICES;
export type NoticeCode = keyof English;

type Placeholder<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;
type ValuesOf<C extends NoticeCode> = Readonly<Record<Placeholder<English[C]['means']>, string | number>>;

/** A notice with every value that its words have a place for. */
export const notice = <C extends NoticeCode>(code: C, values: ValuesOf<C>): Notice => ({ code, values });

/** How values are written: of a number, of a placeholder that ends in `At` (ISO 8601) or in `share` (0 to 1), and of `key`. */
export interface ValueFormat {
  number(value: number, digits: number): string;
  time(at: string): string;
  percent(share: number): string;
  /** One of `QualityKey`. */
  key(name: string): string;
}

/**
 * A notice in the words of a language; undefined for a code that a later or earlier version stored or sent.
 * A placeholder without a value stays as it is.
 */
export function sayNotice(
  texts: Readonly<Record<string, Advice>>,
  { code, values }: Notice,
  format: ValueFormat,
): Advice | undefined {
  const text = Object.hasOwn(texts, code) ? texts[code] : undefined;
  if (!text) return undefined;
  const means = text.means.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined ? placeholder : written(name, value, format);
  });
  return { means, todo: text.todo };
}

function written(name: string, value: string | number, format: ValueFormat): string {
  if (name === 'key') return format.key(String(value));
  if (typeof value === 'string') return name.endsWith('At') ? format.time(value) : value;
  return /share$/i.test(name) ? format.percent(value) : format.number(value, 1);
}

const PLAIN: ValueFormat = {
  number: String,
  time: String,
  percent: (share) => `${Math.round(share * 100)} %`,
  key: String,
};

/** For logs, terminals and messages to other programs. */
export function inEnglish(notice: Notice): Advice {
  return sayNotice(ENGLISH_NOTICES, notice, PLAIN) ?? { means: notice.code, todo: '' };
}
