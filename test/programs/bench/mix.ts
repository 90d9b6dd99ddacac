/** What a shop's log is made of, in each hundred events. */
const MIX = {
  page: 54,
  landing: 6,
  viewed: 6,
  added: 6,
  checkout: 4,
  order: 4,
  identify: 3,
  report: 17,
} as const;
export type Kind = keyof typeof MIX;

const BLOCK = 100;
/** Has no factor in common with a hundred, so that every hundred events hold each place once, well mixed. */
const STRIDE = 37;
/** How many visitors are in the shop at one time. No factor in common with a hundred: each does everything. */
const AT_ONCE = 997;

const KINDS = (Object.keys(MIX) as Kind[]).flatMap((kind) =>
  Array.from({ length: MIX[kind] }, (_, index) => ({ kind, index })),
);

/** What event `n` is, and how many of its kind came before it. */
export function placeOf(n: number): { kind: Kind; number: number } {
  const { kind, index } = KINDS[(n * STRIDE) % BLOCK] ?? { kind: 'page', index: 0 };
  return { kind, number: Math.floor(n / BLOCK) * MIX[kind] + index };
}

/** How many of a kind are among so many events, whole hundreds of them. */
export const countOf = (kind: Kind, events: number) => (events / BLOCK) * MIX[kind];

/** Whose event `n` is: visitors come, do so many things among the others who are there, and go. */
export function visitorOf(n: number, visitors: number, eventsEach: number): number {
  const place = n % AT_ONCE;
  const visit = Math.floor((Math.floor(n / AT_ONCE) + (place % eventsEach)) / eventsEach);
  return (visit * AT_ONCE + place) % visitors;
}

const METRICS = [
  ...[0, 1, 2, 3].map((message) => ({ message, metric: 'sent' })),
  ...[0, 1, 2, 3].map((message) => ({ message, metric: 'delivered' })),
  { message: 0, metric: 'opened' },
] as const;
const LAST = [
  { message: 0, metric: 'clicked' },
  { message: 1, metric: 'machine-opened' },
] as const;
const REPORTS = METRICS.length + 1;
const MESSAGES = 4;

/** The metric and message of the report with this number; no two reports of one message are equal. */
export function reportOf(number: number): { message: number; metric: string } {
  const round = Math.floor(number / REPORTS);
  const { message, metric } = METRICS[number % REPORTS] ?? LAST[round % 2] ?? LAST[0];
  return { message: round * MESSAGES + message, metric };
}
