import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attribute, type KnownTouch, peopleOf, TOUCH_MARGIN_MS } from '../../server/analytics/attribution.ts';
import type { PersonKey } from '../../server/analytics/facts.ts';

const MINUTE = 60_000;
const WINDOW = 7 * 24 * 60 * MINUTE;
const AT = Date.parse('2026-03-10T12:00:00Z');

const landing = (id: string, agoMs: number, marketingEventId = 'MA_link'): KnownTouch => ({
  id,
  kind: 'landing',
  atMs: AT - agoMs,
  marketingEventId,
});
const click = (id: string, agoMs: number, targets: Partial<KnownTouch> = {}): KnownTouch => ({
  id,
  kind: 'click',
  atMs: AT - agoMs,
  flowId: 'flow',
  nodeId: 'node',
  ...targets,
});
const credited = (...touches: KnownTouch[]) => attribute(AT, touches, WINDOW);

describe('an order is credited to the last touch before it', () => {
  test('of several, the last', () => {
    expect(credited(landing('1', 9_000, 'MA_a'), landing('2', 3_000, 'MA_b'), landing('3', 6_000))).toEqual({
      touchId: '2',
      marketingEventId: 'MA_b',
    });
  });

  test('a click is a touch like a landing, and names its flow and node', () => {
    expect(credited(landing('1', 60 * MINUTE), click('2', 30 * MINUTE))).toEqual({
      touchId: '2',
      flowId: 'flow',
      nodeId: 'node',
    });
  });

  test.each([
    { when: 'at the very moment of the order', agoMs: 0, counts: true },
    { when: 'a millisecond after it', agoMs: -1, counts: false },
    { when: 'exactly the whole window before it', agoMs: WINDOW, counts: true },
    { when: 'a millisecond more than the window before it', agoMs: WINDOW + 1, counts: false },
  ])('a touch $when: counts $counts', ({ agoMs, counts }) => {
    expect(credited(landing('1', agoMs)) !== undefined).toBe(counts);
  });

  test('a touch after the order does not count', () => {
    expect(credited(landing('1', 5, 'MA_a'), landing('2', -5, 'MA_b'))?.marketingEventId).toBe('MA_a');
  });

  test('at the same millisecond the id that sorts last wins, whichever came first', () => {
    const touches = [landing('b', 5, 'MA_b'), landing('a', 5, 'MA_a')];
    expect(credited(...touches)?.touchId).toBe('b');
    expect(credited(...touches.toReversed())?.touchId).toBe('b');
  });

  test('without a touch there is no credit', () => {
    expect(credited()).toBeUndefined();
  });
});

describe('a landing that followed a click in a message belongs to that message', () => {
  test('it takes flow and node from the click, and keeps its own marketing event', () => {
    expect(
      credited(click('1', 9 * MINUTE, { marketingEventId: 'MA_mail' }), landing('2', 5 * MINUTE)),
    ).toEqual({
      touchId: '2',
      marketingEventId: 'MA_link',
      flowId: 'flow',
      nodeId: 'node',
    });
  });

  test('targets that the landing does not name are taken from the click', () => {
    const { marketingEventId: _, ...unnamed } = landing('2', 5);
    expect(credited(click('1', 9, { marketingEventId: 'MA_mail' }), unnamed)?.marketingEventId).toBe(
      'MA_mail',
    );
  });

  test.each([
    { gap: 'exactly ten minutes', gapMs: 10 * MINUTE, follows: true },
    { gap: 'a millisecond more', gapMs: 10 * MINUTE + 1, follows: false },
    { gap: 'nothing at all', gapMs: 0, follows: true },
  ])('$gap between them: the landing is the click’s $follows', ({ gapMs, follows }) => {
    expect(credited(click('1', gapMs + 5), landing('2', 5))?.flowId).toBe(follows ? 'flow' : undefined);
  });

  test('of several clicks the last before the landing counts', () => {
    const touches = [
      click('1', 9 * MINUTE, { flowId: 'first' }),
      click('2', 7 * MINUTE, { flowId: 'second' }),
      landing('3', 5 * MINUTE),
    ];
    expect(credited(...touches)?.flowId).toBe('second');
    expect(credited(...touches, click('4', 4 * MINUTE, { flowId: 'later' }))?.touchId).toBe('4');
  });

  test('a click of a marketing event alone gives a landing no node of another click', () => {
    const { flowId: _, nodeId: __, ...bare } = click('2', 6 * MINUTE, { marketingEventId: 'MA_mail' });
    expect(credited(click('1', 9 * MINUTE), bare, landing('3', 5 * MINUTE))).toEqual({
      touchId: '3',
      marketingEventId: 'MA_link',
    });
  });

  test('a landing just inside the window takes the targets of a click just outside it', () => {
    expect(TOUCH_MARGIN_MS).toBeGreaterThanOrEqual(10 * MINUTE);
    expect(credited(click('1', WINDOW + 10 * MINUTE), landing('2', WINDOW))?.flowId).toBe('flow');
  });
});

describe('for any touches, in any order', () => {
  const touches = fc.array(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
      kind: fc.constantFrom<KnownTouch['kind'][]>('landing', 'click'),
      agoMs: fc.oneof(
        fc.integer({ min: -20 * MINUTE, max: 20 * MINUTE }),
        fc.integer({ min: WINDOW - 20 * MINUTE, max: WINDOW + 20 * MINUTE }),
        fc.constantFrom(0, -1, WINDOW, WINDOW + 1),
      ),
    }),
    { maxLength: 10 },
  );
  /** What an id names never changes. */
  const known = (drawn: { id: string; kind: KnownTouch['kind']; agoMs: number }[]): KnownTouch[] =>
    [...new Map(drawn.map((touch) => [touch.id, touch])).values()].map(({ id, kind, agoMs }) =>
      kind === 'click' ? click(id, agoMs, { flowId: `flow-${id}` }) : landing(id, agoMs, `MA_${id}`),
    );

  test('order of arrival and repetition change no credit', () => {
    fc.assert(
      fc.property(touches, fc.array(fc.nat(), { maxLength: 30 }), (drawn, picks) => {
        const all = known(drawn);
        const again = picks.flatMap((pick) => all[pick % Math.max(1, all.length)] ?? []);
        const shuffled = [...again, ...all.toReversed(), ...again.toReversed()];
        expect(credited(...shuffled)).toEqual(credited(...all));
      }),
    );
  });

  test('the winner is within the window, and none within it is later', () => {
    fc.assert(
      fc.property(touches, (drawn) => {
        const all = known(drawn);
        const inside = all.filter(({ atMs }) => atMs <= AT && atMs >= AT - WINDOW);
        const winner = all.find(({ id }) => id === credited(...all)?.touchId);
        expect(winner === undefined).toBe(inside.length === 0);
        if (!winner) return;
        expect(inside).toContain(winner);
        expect(inside.every(({ atMs }) => atMs <= winner.atMs)).toBe(true);
      }),
    );
  });

  test('a touch outside the window changes nothing, but for a click that led to the winner', () => {
    fc.assert(
      fc.property(touches, (drawn) => {
        const all = known(drawn);
        const outside = (touch: KnownTouch) =>
          touch.atMs > AT || touch.atMs < AT - WINDOW - (touch.kind === 'click' ? TOUCH_MARGIN_MS : 0);
        expect(credited(...all.filter((touch) => !outside(touch)))).toEqual(credited(...all));
      }),
    );
  });
});

describe('whose touches count', () => {
  const linksOf = (...pairs: [PersonKey, PersonKey][]) => {
    const links = new Map<PersonKey, Map<PersonKey, boolean>>();
    for (const [one, other] of [...pairs, ...pairs.map(([a, b]) => [b, a] as [PersonKey, PersonKey])])
      links.set(one, (links.get(one) ?? new Map()).set(other, false));
    return links;
  };
  const people = (own: PersonKey[], ...pairs: [PersonKey, PersonKey][]) =>
    [...peopleOf(own, linksOf(...pairs))].sort();

  test('an order’s own ids, and those linked to its user, email, cart, checkout and Customer.io id', () => {
    for (const own of ['u:1', 'e:1', 't:1', 'k:1', 'c:1'] as const)
      expect(people([own], [own, 'a:phone'], [own, 'c:2'])).toEqual([own, 'a:phone', 'c:2'].sort());
  });

  test('one step along the links, no further', () => {
    expect(people(['u:1'], ['u:1', 'a:phone'], ['a:phone', 'a:laptop'], ['a:phone', 'u:2'])).toEqual([
      'a:phone',
      'u:1',
    ]);
  });

  test('two people who share a browser do not become one', () => {
    expect(
      people(['a:shared', 'u:ann'], ['a:shared', 'u:ann'], ['a:shared', 'u:bob'], ['a:shared', 'e:bob']),
    ).toEqual(['a:shared', 'u:ann']);
    expect(people(['a:shared', 'e:ann'], ['a:shared', 'u:bob'])).toEqual(['a:shared', 'e:ann']);
  });

  test('a guest’s order belongs to the user and email linked to its visitor', () => {
    expect(people(['a:1'], ['a:1', 'u:ann'], ['a:1', 'e:ann'])).toEqual(['a:1', 'e:ann', 'u:ann']);
  });

  test('earlier carts and checkouts of a visitor, and their other visitors, are not the order’s', () => {
    expect(people(['a:1'], ['a:1', 't:old'], ['a:1', 'k:old'], ['t:old', 'a:2'])).toEqual(['a:1']);
  });

  test('the Customer.io id linked to a visitor always counts', () => {
    expect(people(['a:1'], ['a:1', 'c:9'])).toEqual(['a:1', 'c:9']);
    expect(people(['a:1', 'u:ann'], ['a:1', 'c:9'])).toEqual(['a:1', 'c:9', 'u:ann']);
  });

  test('equal ids of different kinds stay apart', () => {
    expect(people(['u:1'], ['a:1', 'e:1'])).toEqual(['u:1']);
  });
});
