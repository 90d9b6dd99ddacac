import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { gatherInto } from '../../server/store/thread/gather.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Messages as they were posted, with the time since the start, ms. */
function gathering() {
  const posted: [ms: number, items: number[]][] = [];
  const startedAtMs = performance.now();
  let isWaitedFor = false;
  const addOne = gatherInto<number>(
    (items) => posted.push([Math.round(performance.now() - startedAtMs), items]),
    () => isWaitedFor,
  );
  const add = (...items: number[]) => items.forEach(addOne);
  return {
    posted,
    add,
    /** One message was posted 1 ms ago, and somebody waits for it. */
    beginRush(item: number) {
      add(item);
      vi.advanceTimersByTime(1);
      isWaitedFor = true;
    },
  };
}

describe('requests to a storage thread', () => {
  test('of one turn share a transaction', () => {
    const { posted, add } = gathering();
    add(1, 2, 3);
    vi.advanceTimersByTime(0);
    expect(posted).toEqual([[0, [1, 2, 3]]]);
  });

  test('a caller that is alone never waits, however often it asks', () => {
    const { posted, add } = gathering();
    for (const item of [1, 2, 3]) {
      add(item);
      vi.advanceTimersByTime(1);
    }
    expect(posted.map(([, items]) => items)).toEqual([[1], [2], [3]]);
    expect(posted.at(-1)?.[0]).toBeLessThanOrEqual(3);
  });

  test('under load what comes within 10 ms of the last message shares the next, in order', () => {
    const { posted, add, beginRush } = gathering();
    beginRush(1);
    for (const item of [2, 3, 4, 5]) {
      add(item);
      vi.advanceTimersByTime(1);
    }
    vi.advanceTimersByTime(20);
    expect(posted.map(([, items]) => items)).toEqual([[1], [2, 3, 4, 5]]);
    expect(posted.at(-1)?.[0]).toBe(10);
  });

  test('in a rush what waits is posted once there are 32, whatever the time', () => {
    const { posted, add, beginRush } = gathering();
    beginRush(0);
    add(...Array.from({ length: 40 }, (_, index) => index + 1));
    vi.advanceTimersByTime(0);
    expect(posted.at(-1)).toEqual([1, Array.from({ length: 40 }, (_, index) => index + 1)]);
  });

  test('once the rush is over, the next caller waits once at most', () => {
    const { posted, add } = gathering();
    add(1, 2);
    vi.advanceTimersByTime(50);
    for (const item of [3, 4]) {
      add(item);
      vi.advanceTimersByTime(0);
    }
    expect(posted.map(([ms]) => ms)).toEqual([0, 50, 50]);
  });
});
