import { type Advice, adviceOf } from '../../shared/advice/advice.ts';
import { ENGLISH } from '../../shared/advice/english.ts';

/** What a reason means and what to do, as a field of an answer; nothing for a reason without advice. */
export function withAdvice(reason: string): { advice?: Advice } {
  const advice = adviceOf(ENGLISH, reason);
  return advice ? { advice } : {};
}
