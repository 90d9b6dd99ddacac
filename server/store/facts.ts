import type { Claim } from './jobs.ts';

/** Characters of one fact. */
export const MAX_FACT_LENGTH = 4 * 1024 * 1024;

/** Small texts that other modules keep with the store, by name. */
export interface Facts {
  readFact(name: string): Promise<string | undefined>;
  /**
   * Resolves once it is durable.
   *
   * @param claim of the job whose result it is. @returns false: another process has taken the job over since; nothing is
   *   written.
   * @throws {RangeError} over `MAX_FACT_LENGTH`. @throws {LogUnavailable}
   */
  writeFact(name: string, value: string, claim?: Claim): Promise<boolean>;
  /** As `writeFact`, unless there is one. @returns the one that is there now, for every collector. */
  keepFact(name: string, value: string): Promise<string>;
}
