/** How often something was counted at a shop in an hour, numbered since 1970. */
export interface HourlyCount {
  shop: string;
  what: string;
  hour: number;
  count: number;
}

/** Counts of all processes together. They are kept for 21 days. */
export interface HourlyCounts {
  /** Adds to what is there. */
  addCounts(counts: readonly HourlyCount[]): Promise<void>;
  /** Of these things, from an hour on. */
  counts(what: readonly string[], fromHour: number): Promise<HourlyCount[]>;
}
