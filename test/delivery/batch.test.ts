import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBatches } from '../../server/delivery/batch.ts';

const sizes = (batches: { bytes: number }[][]) => batches.map((batch) => batch.map(({ bytes }) => bytes));
const items = (...bytes: number[]) => bytes.map((size) => ({ payload: {}, bytes: size, isAlone: false }));

test.each([
  { title: 'an empty list has no batch', bytes: [], expected: [] },
  { title: 'the count limit splits', bytes: [1, 1, 1, 1], expected: [[1, 1, 1], [1]] },
  { title: 'the byte limit counts envelope and commas', bytes: [44, 44, 1], expected: [[44, 44], [1]] },
  { title: 'order is kept', bytes: [80, 5, 80], expected: [[80, 5], [80]] },
])('$title', ({ bytes, expected }) => {
  expect(sizes(toBatches(items(...bytes), { maxEvents: 3, maxBytes: 100, envelopeBytes: 10 }))).toEqual(
    expected,
  );
});

test('an event that must be alone is, and order is kept', () => {
  const list = items(1, 2, 3, 4).map((item) => ({ ...item, isAlone: item.bytes === 2 }));
  expect(sizes(toBatches(list, { maxEvents: 9, maxBytes: 100, envelopeBytes: 10 }))).toEqual([
    [1],
    [2],
    [3, 4],
  ]);
});

test('groups do not share a batch; each is as full as it can be, in its own order', () => {
  const list = ['a', 'b', 'a', 'b', 'a', 'a'].map((group, index) => ({
    group,
    bytes: index + 1,
    isAlone: false,
  }));
  expect(sizes(toBatches(list, { maxEvents: 3, maxBytes: 100, envelopeBytes: 10 }))).toEqual([
    [1, 3, 5],
    [6],
    [2, 4],
  ]);
});

test('nothing is lost, reordered or oversized, for any sizes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 80 })), (bytes) => {
      const batches = sizes(toBatches(items(...bytes), { maxEvents: 4, maxBytes: 100, envelopeBytes: 10 }));
      expect(batches.flat()).toEqual(bytes);
      for (const batch of batches) {
        expect(batch.length).toBeLessThanOrEqual(4);
        expect(batch.reduce((sum, size) => sum + size + 1, 10)).toBeLessThanOrEqual(100);
      }
    }),
  );
});
