import type { Exported, PersonFound } from './person.ts';

/** A person as an erasure would find them. */
export interface FoundPerson extends Omit<PersonFound, 'isFound'>, Pick<Exported, 'links'> {
  /** How many events are theirs, those of their orders included. */
  events: number;
  /** How many events of others carry an id or a digest of theirs. */
  mentions: number;
}
