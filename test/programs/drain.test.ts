// @module-tag slow
import { expect, test } from 'vitest';
import { drain } from '../support/fleet-drain.ts';
import type { Status } from '../support/fleet-process.ts';
import { createTally } from '../support/fleet-tally.ts';

/** A collector whose queues hold so many deliveries, one entry for each look at it. */
function queue(depths: (number | undefined)[], arriveAfter = Number.POSITIVE_INFINITY) {
  let looks = 0;
  let nowMs = 0;
  const receive: ((received: object) => void)[] = [];
  const tally = createTally({
    onReceived: (listener: (received: object) => void) => {
      receive.push(listener);
      return () => {};
    },
  } as unknown as Parameters<typeof createTally>[0]);
  const arrive = () =>
    receive[0]?.({ api: 'customerio', accepted: [{ messageId: 'message-1' }], body: {} } as object);
  const status = async (): Promise<Status | undefined> => {
    const waiting = depths[Math.min(looks++, depths.length - 1)];
    if (looks === arriveAfter) arrive();
    return waiting === undefined
      ? undefined
      : {
          destinations: [{ consumer: 'customerio@shop', waiting, deadLetters: 0, oldestAgeMs: 90_000 }],
        };
  };
  return drain({
    status,
    // A page view is sent to Customer.io alone.
    reconcile: () => tally.reconcile([1]),
    stallMs: 1_000,
    nowMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
  });
}

test('what is missing when nothing waits is lost', async () => {
  expect(await queue([0])).toMatchObject({ lost: 1, waiting: [] });
});

test('a queue that moves is waited for, however long it takes', async () => {
  const slow = Array.from({ length: 200 }, (_, look) => 200 - look);
  expect(await queue([...slow, 0], 190)).toMatchObject({ lost: 0, waiting: [] });
});

test('a queue that stands still is named with its depth and age, and nothing in it is lost', async () => {
  expect(await queue([190])).toMatchObject({
    lost: 0,
    waiting: ['customerio@shop: 190 waiting, the oldest for 90 s'],
  });
});

test('a collector that does not answer is named', async () => {
  expect(await queue([undefined])).toMatchObject({ waiting: ['the collector does not say what waits'] });
});
