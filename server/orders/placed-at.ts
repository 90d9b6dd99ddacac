import { decisive, type Report } from './precedence.ts';

/**
 * When an order was placed, epoch ms: as the strongest voice that reported its placement states it; without such a report, the
 * earliest time that the strongest voice states of it. No order was placed after it was first reported, so a clock that is
 * ahead moves nothing.
 *
 * @param reports of the voices that make orders; empty: `reportedAtMs`.
 * @param reportedAtMs when the first of them was received.
 */
export function placedAtMs(
  reports: readonly (Report & { receivedAtMs: number })[],
  reportedAtMs: number,
): number {
  const placements = reports.filter(({ stage }) => stage === 'placed');
  const stating = decisive(placements.length > 0 ? placements : reports);
  return Math.min(reportedAtMs, ...stating.map(({ event }) => Date.parse(event.timestamp)));
}
