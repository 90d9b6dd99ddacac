import { systemClock } from '../../server/lib/clock.ts';
import { createFollowingClock } from '../../server/lib/following-clock.ts';
import type { Claim, Job } from '../../server/store/jobs.ts';
import type { LogOptions } from '../../server/store/open.ts';
import type { Delivery, Entry, Store } from '../../server/store/store.ts';
import type { StoreAnswer, StoreCall } from './store-client.ts';

/** A process that opens a store and does what it is sent: the first argument is the module of the engine, the second its options. */
const [, , engine = '', options = '{}'] = process.argv;
const { openLog } = (await import(engine)) as { openLog(options: LogOptions): Promise<Store> };
const { now, steady, follow } = createFollowingClock(systemClock);
const leased = new Map<string, Delivery>();
const answer = (message: StoreAnswer) => process.send?.(message);

/** As ingest does. */
const receivedNow = (entry: Entry): Entry => ({
  ...entry,
  event: { ...entry.event, receivedAt: new Date(now()).toISOString() },
});

async function call(store: Store, { method, args }: StoreCall): Promise<unknown> {
  if (method === 'accept') return store.accept((args[0] as Entry[]).map(receivedNow));
  if (method === 'lease') {
    const deliveries = await store.lease(...(args as [string, number]));
    return deliveries.map((delivery) => {
      const { messageId, orderId } = delivery.event;
      leased.set(messageId, delivery);
      const { attempt, uncertainSinceMs } = delivery;
      return {
        messageId,
        attempt,
        isUncertain: uncertainSinceMs !== undefined,
        event: delivery.event.event,
        orderId,
      };
    });
  }
  if (method === 'ack') {
    for (const messageId of args[0] as string[]) leased.get(messageId)?.ack();
    // A later call sees what was settled before it.
    return store.depth(args[1] as string);
  }
  if (method === 'kill') {
    for (const messageId of args[0] as string[]) leased.get(messageId)?.deadLetter('rejected');
    return store.depth(args[1] as string);
  }
  if (method === 'replay') return store.replayDeadLetters({ consumer: args[0] as string });
  if (method === 'claimJob') return store.claimJob(args[0] as Job);
  if (method === 'writeFact') return store.writeFact(...(args as [string, string, Claim]));
  if (method === 'readFact') return store.readFact(args[0] as string);
  return store.depth(args[0] as string);
}

try {
  const store = await openLog({ ...JSON.parse(options), clock: now, steady, follow });
  process.on('message', (message: StoreCall) => {
    call(store, message).then(
      (result) => answer({ id: message.id, result }),
      (error: Error) => answer({ id: message.id, error: error.message }),
    );
  });
  process.on('disconnect', () => process.exit());
  process.on('SIGTERM', () => void store.close().then(() => process.exit()));
  answer({ id: 0 });
} catch (error) {
  answer({ id: 0, error: (error as Error).message });
  process.disconnect?.();
}
