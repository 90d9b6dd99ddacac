import type { PersonKey, Targets } from './facts.ts';

/** A touch of one person. */
export interface KnownTouch extends Targets {
  id: string;
  kind: 'landing' | 'click';
  atMs: number;
  /** A browser only claimed to be this person. */
  isClaim?: boolean;
}

/** The winning touch, and what the order or action is credited to. */
export interface Credit extends Targets {
  touchId: string;
}

/** What is linked to whom, both ways, and whether a voice proved it whose word links persons. */
export type Links = ReadonlyMap<PersonKey, ReadonlyMap<PersonKey, boolean>>;

/** A landing this soon after a click is the landing that the click led to. */
const CLICK_TO_LANDING_MS = 10 * 60_000;
/** How far before the attribution window clicks still matter, as the cause of a landing within it. */
export const TOUCH_MARGIN_MS = CLICK_TO_LANDING_MS;

/**
 * The last touch at or before a moment, at most `windowMs` earlier; undefined when there is none. Of two at the same
 * time the id that sorts last wins, so that the order of arrival does not matter.
 *
 * @param touches of the people concerned, in any order, repeated or not.
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

/**
 * The credit of an order with visitors of its own. What browsers only claim counts for nothing. A landing on a link with
 * the buyer's id at Customer.io, which anybody may hold, counts at once where a click in a message led to it, and else
 * where nothing stronger is found.
 *
 * @param touches with the person each was found by.
 */
export function attributeEvidenced(
  atMs: number,
  touches: readonly (KnownTouch & { person: string })[],
  windowMs: number,
): Credit | undefined {
  const unclaimed = touches.filter(({ isClaim }) => !isClaim);
  const isProven = (touch: (typeof touches)[number]) =>
    touch.kind === 'click' ||
    !touch.person.startsWith('c:') ||
    unclaimed.some((click) => click.person === touch.person && ledTo(click, touch));
  return attribute(atMs, unclaimed.filter(isProven), windowMs) ?? attribute(atMs, unclaimed, windowMs);
}

const last = (touches: readonly KnownTouch[]): KnownTouch | undefined =>
  touches.reduce<KnownTouch | undefined>(
    (best, touch) =>
      !best || touch.atMs > best.atMs || (touch.atMs === best.atMs && touch.id > best.id) ? touch : best,
    undefined,
  );

const isKind = (key: PersonKey, kinds: string) => kinds.includes(key.charAt(0));

/**
 * The people whose touches count for an order or action of `own`: those one link away, and from a visitor only where
 * neither user id nor email is known, so that two people who share a browser do not become one.
 */
export function peopleOf(own: readonly PersonKey[], links: Links): Set<PersonKey> {
  const people = new Set(own);
  const isNamed = own.some((key) => isKind(key, 'ue'));
  for (const key of own) {
    const isVisitor = isKind(key, 'a');
    for (const linked of links.get(key)?.keys() ?? [])
      if (!isVisitor || isKind(linked, isNamed ? 'c' : 'cue')) people.add(linked);
  }
  return people;
}

/**
 * The visitors that belong to an order by proof: those its evidence and its trusted reports show, and those that showed
 * its tokens of cart and checkout. One who is known as another user only is left out.
 *
 * @param evidenced ids in its evidence and trusted reports.
 */
export function visitorsOf(evidenced: readonly PersonKey[], links: Links): PersonKey[] {
  const users = evidenced.filter((key) => isKind(key, 'u'));
  const isOther = (visitor: PersonKey) => {
    const known = [...(links.get(visitor)?.keys() ?? [])].filter((key) => isKind(key, 'u'));
    return users.length > 0 && known.length > 0 && !known.some((key) => users.includes(key));
  };
  const byToken = evidenced
    .filter((key) => isKind(key, 'kt'))
    .flatMap((token) => [...(links.get(token)?.keys() ?? [])])
    .filter((key) => isKind(key, 'a') && !isOther(key));
  return [...new Set([...evidenced.filter((key) => isKind(key, 'a')), ...byToken])];
}

/**
 * The people whose touches count for an order with visitors of its own: itself, these visitors with their ids at
 * Customer.io, and what is linked to its buyer by proof. Claims of browsers are not followed.
 */
export function evidencedPeople(
  evidenced: readonly PersonKey[],
  visitors: readonly PersonKey[],
  links: Links,
): Set<PersonKey> {
  const people = new Set([...evidenced, ...visitors]);
  for (const visitor of visitors)
    for (const linked of links.get(visitor)?.keys() ?? []) if (isKind(linked, 'c')) people.add(linked);
  for (const key of evidenced.filter((one) => isKind(one, 'uec')))
    for (const [linked, isProven] of links.get(key) ?? []) if (isProven) people.add(linked);
  return people;
}
