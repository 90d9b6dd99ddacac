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
}

/** An object inside a message, and its position. */
export interface Place {
  object: Readonly<Record<string, unknown>>;
  /** A bare `name` in it is a person's. */
  isPerson: boolean;
  /** Undefined: its data is not about the person who acted. */
  rank: number | undefined;
  /** The object around it. */
  outer?: Place;
  /** ISO 3166-1 alpha-2, for a phone that is not valid in its address's country. */
  shopCountry: string;
}
