/** One order as the tables know it. */
export interface Order {
  id: number;
  canonicalId: string;
  reportedAtMs: number;
  /** Until then evidence of any age may join, and its stages wait. */
  windowUntilMs: number;
  userId: string | null;
  witness: string | null;
  eventId: string | null;
  isCancelled: number;
  /** JSON of Joined[], as of the stage that was leased last. */
  subjects: string | null;
}
