import { expect, test } from 'vitest';
import { createAloneOrders } from '../../server/store/sqlite/alone.ts';
import { createLoneViews } from '../../server/store/sqlite/lone-views.ts';
import type { Member } from '../../server/store/sqlite/tables.ts';

const MANY = 20_000;

const orderOf = (id: number) => ({
  order: {
    ...{ id, canonicalId: `${id}`, reportedAtMs: 0, windowUntilMs: 0, userId: null, witness: null },
    ...{ eventId: null, isCancelled: 0, subjects: null },
  },
  claimed: { names: [`${id}`], tokens: [] },
  report: { source: 'browser' as const, stage: 'placed' as const, part: '' },
});

function aloneOrders() {
  const members: Member[] = [];
  const alone = createAloneOrders({ joinTransactions: (member) => void members.push(member) });
  return { alone, rollBack: () => members.forEach((member) => void member.rollback()) };
}

test('of many orders that wait for their window only the latest are kept in memory', () => {
  const { alone } = aloneOrders();
  for (let id = 1; id <= MANY; id++) alone.add(orderOf(id));
  expect(alone.get(1)).toBeUndefined();
  expect(alone.get(MANY)).toEqual(orderOf(MANY));
  const kept = Array.from({ length: MANY }, (_, index) => alone.get(index + 1)).filter(Boolean);
  expect(kept.length).toBeLessThanOrEqual(5_000);
});

test('an order of a failed transaction is not kept', () => {
  const { alone, rollBack } = aloneOrders();
  alone.add(orderOf(1));
  rollBack();
  expect(alone.get(1)).toBeUndefined();
});

test('of many carts that visitors show only the latest are kept in memory', () => {
  const lone = createLoneViews();
  const view = { firstAtMs: 1, receivedAtMs: 1, visitor: 'a', userId: '', body: '{}' };
  for (let cart = 1; cart <= MANY; cart++) lone.set('shop', `${cart}`, view);
  expect(lone.get('shop', '1')).toBeUndefined();
  expect(lone.get('shop', `${MANY}`)).toEqual(view);
});
