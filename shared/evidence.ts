/**
 * What became of an order that only pages reported, where their word makes none. `open`: it waits for the report of a stronger
 * voice. The others were closed: the order is known, and nothing proved that the report belongs to it; or it is not known.
 */
export const UNJOINED = ['open', 'not-joined', 'unconfirmed-order'] as const;
export type UnjoinedStatus = (typeof UNJOINED)[number];

/** The same of one report, which may have joined an order. */
export const EVIDENCE_STATUSES = ['joined', ...UNJOINED] as const;
export type EvidenceStatus = (typeof EVIDENCE_STATUSES)[number];
