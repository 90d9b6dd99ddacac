import type { Advice } from '../../../shared/advice/advice.ts';
import { sayNotice } from '../../../shared/advice/notice.ts';
import type { Notice } from '../../../shared/operator-api/index.ts';
import type { Console } from '../context.ts';
import { wordFor } from './word-for.ts';

/** A notice in the reader's language. @param otherwise the collector's own words, for a code that this version does not know. */
export function noticeOf(
  { words, format }: Pick<Console, 'words' | 'format'>,
  notice: Notice,
  otherwise: Advice,
): Advice {
  const key = (name: string) => wordFor(words.match.keys, name);
  return sayNotice(words.advice.notices, notice, { ...format, key }) ?? otherwise;
}
