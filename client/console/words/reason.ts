import { adviceOf } from '../../../shared/advice/advice.ts';
import { wordFor } from './word-for.ts';
import type { Words } from './words.ts';

/** A reason in words: what it is called, what it means, and what to do. The latter two are empty when unknown. */
export interface ReasonWords {
  title: string;
  means: string;
  todo: string;
}

/** A reason that a later collector may send is shown as it is. */
export function reasonOf(words: Words, reason: string): ReasonWords {
  return {
    title: wordFor(words.reasons, reason),
    ...(adviceOf(words.advice, reason) ?? { means: '', todo: '' }),
  };
}
