import { recall, remember } from '../theme.ts';
import { en } from './en.ts';
import type { Words } from './words.ts';
import { zhHant } from './zh-Hant.ts';

export const LANGUAGES = ['en', 'zh-Hant'] as const;
export type Language = (typeof LANGUAGES)[number];

export const WORDS: Readonly<Record<Language, Words>> = { en, 'zh-Hant': zhHant };

const KEY = 'storebeacon-console-language';

/** The language chosen before, else the first of the browser's that there is. Chinese of any place reads the traditional. */
export function preferredLanguage(wanted: readonly string[] = navigator.languages): Language {
  const chosen = recall(KEY);
  const match = [chosen ?? '', ...wanted].map((tag) => (/^zh\b/i.test(tag) ? 'zh-Hant' : tag.slice(0, 2)));
  return (
    LANGUAGES.find((language) => language === match.find((tag) => LANGUAGES.some((one) => one === tag))) ??
    'en'
  );
}

export const rememberLanguage = (language: Language): void => remember(KEY, language);
