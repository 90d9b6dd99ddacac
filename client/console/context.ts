import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Session } from '../../shared/operator-api/index.ts';
import type { Api } from './api.ts';
import type { Format } from './format.ts';
import type { Stream } from './stream.ts';
import type { Language } from './words/index.ts';
import type { Words } from './words/words.ts';

export type Shop = Session['shops'][number];

/** What every view works with. */
export interface Console {
  api: Api;
  session: Session;
  /** The shop that is shown. */
  shop: Shop;
  stream: Stream;
  words: Words;
  format: Format;
  language: Language;
  /** A destination as a person reads it: `tiktok:eu` → `TikTok (eu)`. */
  titleOf(destination: string): string;
  /** Puts a sentence into the page's live region. */
  announce(text: string): void;
}

export const ConsoleContext = createContext<Console | undefined>(undefined);

/** @throws outside the console's frame. */
export function useConsole(): Console {
  const value = useContext(ConsoleContext);
  if (!value) throw new Error('This part is shown within the frame only.');
  return value;
}
