import type { PersonKey, Targets } from './facts.ts';

/** A touch as one of its people knows it. */
export interface KnownTouch extends Targets {
  id: string;
  kind: 'landing' | 'click';
  atMs: number;
}

/** Which touch won, and what an order is credited to for it. */
export interface Credit extends Targets {
  touchId: string;
}

/** What is linked to whom, both ways. */
export type Links = ReadonlyMap<PersonKey, ReadonlySet<PersonKey>>;

/** A landing this soon after a click is what the click led to. */
const CLICK_TO_LANDING_MS = 10 * 60_000;
/** How far before an order touches matter, beyond the window itself. */
export const TOUCH_MARGIN_MS = CLICK_TO_LANDING_MS;

/**
 * The last touch at or before a moment, at most `windowMs` earlier; undefined when there is none. Of two at the same
 * time the id that sorts last wins, so that no order of arrival decides.
 *
 * @param touches of the people concerned, in any order; the same one may be there several times.
 */
export function attribute(
  atMs: number,
  touches: readonly KnownTouch[],
  windowMs: number,
): Credit | undefined {
  const winner = last(touches.filter((touch) => touch.atMs <= atMs && touch.atMs >= atMs - windowMs));
  if (!winner) return undefined;
  const click = winner.kind === 'landing' ? last(touches.filter((touch) => ledTo(touch, winner))) : undefined;
  const marketingEventId = winner.marketingEventId ?? click?.marketingEventId;
  const { flowId, nodeId } = winner.flowId === undefined ? (click ?? {}) : winner;
  return {
    touchId: winner.id,
    ...(marketingEventId !== undefined && { marketingEventId }),
    ...(flowId !== undefined && { flowId }),
    ...(nodeId !== undefined && { nodeId }),
  };
}

const ledTo = (click: KnownTouch, landing: KnownTouch) =>
  click.kind === 'click' && click.atMs <= landing.atMs && click.atMs >= landing.atMs - CLICK_TO_LANDING_MS;

const last = (touches: readonly KnownTouch[]): KnownTouch | undefined =>
  touches.reduce<KnownTouch | undefined>(
    (best, touch) =>
      !best || touch.atMs > best.atMs || (touch.atMs === best.atMs && touch.id > best.id) ? touch : best,
    undefined,
  );

const isKind = (key: PersonKey, kinds: string) => kinds.includes(key.charAt(0));

/**
 * The people whose touches count for something that `own` had a part in: one step along the links, and from a visitor
 * only where nothing better is known, so that two people at one browser do not become one.
 */
export function peopleOf(own: readonly PersonKey[], links: Links): Set<PersonKey> {
  const people = new Set(own);
  const isNamed = own.some((key) => isKind(key, 'ue'));
  for (const key of own) {
    const isVisitor = isKind(key, 'a');
    for (const linked of links.get(key) ?? [])
      if (!isVisitor || isKind(linked, isNamed ? 'c' : 'cue')) people.add(linked);
  }
  return people;
}
