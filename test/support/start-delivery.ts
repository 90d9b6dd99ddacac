import { onTestFinished } from 'vitest';
import { type DeliveryParts, type RunningDelivery, startDelivery } from '../../server/delivery/start.ts';
import { NO_BACKPRESSURE } from '../../server/lib/yield-to-ingest.ts';
import { createCounters } from '../../server/observe/counters.ts';

type Given = Pick<DeliveryParts, 'shops' | 'log' | 'clock' | 'http'> & Partial<DeliveryParts>;

/** The delivery of these shops without logs, encryption and chance; stopped with the test, and its log closed. */
export function startTestDelivery(given: Given): RunningDelivery {
  const delivery = startDelivery({
    yieldToIngest: NO_BACKPRESSURE,
    counters: createCounters(),
    decrypt: () => ({}),
    redactSecrets: (text) => text,
    random: () => 0.5,
    logger: { info: () => {}, warn: () => {}, error: () => {} },
    report: () => {},
    ...given,
  });
  onTestFinished(async () => {
    await delivery.stop();
    await given.log.close();
  });
  return delivery;
}
