import type { Field } from './fields.ts';
import { redactId } from './redact.ts';

const ALPHABETIC = /\p{L}/u;

/** Whether a value may be what the field's name says. */
export function fits({ needs }: Field, value: unknown): boolean {
  if (needs === undefined || Array.isArray(value)) return true;
  if (typeof value === 'number') return needs === 'digits' || (needs === 'many-digits' && value >= 1e5);
  if (typeof value !== 'string') return false;
  if (needs === 'email') return redactId(value) !== value;
  if (needs === 'words') return ALPHABETIC.test(value) && !/[\p{Nd}@＠%]/u.test(value);
  if (needs === 'two-words') return /\p{L}\s\p{L}/u.test(value) && !/[\p{Nd}@＠%]/u.test(value);
  if (needs === 'letters') return ALPHABETIC.test(value) && !/[@＠%]/u.test(value);
  return needs === 'digits' ? /\p{Nd}/u.test(value) : (value.match(/\p{Nd}/gu)?.length ?? 0) >= 6;
}
