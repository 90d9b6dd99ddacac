import type { DroppedField } from '../../shared/reasons.ts';
import type { FieldKind } from './fields.ts';

/** A value found about the person who acted. */
export interface Finding {
  kind: FieldKind | 'city' | 'state' | 'country';
  /** A digest; a place in clear. */
  value: string;
  /** The value before hashing: email and phone normalised, names as typed. Absent when it was sent as a digest. */
  raw?: string;
  /** The lowest wins (`RANKS`). */
  rank: number;
}
export interface Findings {
  found: Finding[];
  dropped: DroppedField[];
  /** How many personal values of the message were read so far: hashing one makes it longer, and a phone takes time. */
  personalValues: number;
  /** How many keys and list items of the message were copied so far. */
  parts: number;
  /** Its different names of fields, from the 500th key or list item on. */
  names?: Set<string>;
  /** How many numbers of the message were copied so far that JSON writes in more than 16 digits. */
  longNumbers: number;
  /** How many characters masks such as `[email]` added to the texts of the message so far. */
  maskCharacters: number;
}

/** What one message may hold. What exceeds a limit is left out and counted; the rest of the message is kept. */
export const MESSAGE_LIMITS = {
  personalValues: 100,
  parts: 10_000,
  longNumbers: 100,
  maskCharacters: 1_000,
} as const;

export const noFindings = (): Findings => ({
  found: [],
  dropped: [],
  personalValues: 0,
  parts: 0,
  longNumbers: 0,
  maskCharacters: 0,
});

/** Counts one more, or several; false when the message would have more than it may. */
export function spend(to: Findings, what: keyof typeof MESSAGE_LIMITS, count = 1): boolean {
  if (to[what] + count <= MESSAGE_LIMITS[what]) {
    to[what] += count;
    return true;
  }
  to.dropped.push(OVER_LIMIT[what]);
  return false;
}

/** Reading what the words of a name say takes 20 µs at first. Fewer are not counted: that would take time in every message. */
const MAX_NAMES = 1_000;
const UNCOUNTED = MAX_NAMES / 2;

/** Counts the name of a field that was counted as a part; false when the message would have more different ones than it may. */
export function spendName(to: Findings, name: string): boolean {
  if (to.parts <= UNCOUNTED || to.names?.has(name)) return true;
  to.names ??= new Set();
  if (to.names.size < MAX_NAMES - UNCOUNTED) {
    to.names.add(name);
    return true;
  }
  to.dropped.push('over-1000-names');
  return false;
}

const OVER_LIMIT = {
  personalValues: 'over-100-personal',
  parts: 'over-10000-parts',
  longNumbers: 'over-100-long-numbers',
  maskCharacters: 'over-1000-mask-characters',
} as const satisfies Record<keyof typeof MESSAGE_LIMITS, DroppedField>;

/** An object inside a message, and its position. */
export interface Place {
  object: Readonly<Record<string, unknown>>;
  /** A bare `name` in it is a person's. */
  isPerson: boolean;
  /** A bare `name` in it is that of a product, a shop or a company. */
  isThing?: boolean;
  /** A price, a SKU or the like is among its fields, once that was looked for. */
  isProduct?: boolean;
  /** An email or a phone is among its fields, once that was looked for. */
  hasContact?: boolean;
  /** Undefined: its data is not about the person who acted. */
  rank: number | undefined;
  /** The object around it. */
  outer?: Place;
  /** ISO 3166-1 alpha-2, for a phone that is not valid in its address's country. */
  shopCountry: string;
  /** The country of its phones, once it was looked for. */
  country?: string;
}
