import { NO_BACKPRESSURE } from '../../server/lib/yield-to-ingest.ts';
import { openLog } from '../../server/store/open.ts';
import { openSqliteSearch } from '../../server/store/sqlite/search/engine.ts';
import { event } from './event.ts';

/** Stores and settles events until it is killed, with the search beside it. Prints how many were stored. */
const [dataDir = ''] = process.argv.slice(2);
const consumer = { name: 'tiktok@shop', shop: 'shop', decryptsPii: false, audience: 'destinations' as const };
const log = await openLog({ dataDir, consumers: [consumer], retentionMs: 30 * 86_400_000 });
const search = openSqliteSearch({
  ...{ dataDir, consumers: [consumer], yieldToIngest: NO_BACKPRESSURE },
  watch: { rebuilding() {}, failed: console.error },
});
log.onAppended(search.nudge);
log.onSettled(search.nudge);
for (let stored = 0; ; stored += 100) {
  await log.accept(Array.from({ length: 100 }, () => ({ event: event({ messageId: crypto.randomUUID() }) })));
  const deliveries = await log.lease(consumer.name, 100);
  for (const delivery of deliveries.slice(0, 40)) delivery.skip('consent');
  const sent = deliveries.slice(40);
  for (const delivery of sent) delivery.ack();
  const row = {
    atMs: Date.now(),
    ms: 1,
    outcome: 'delivered' as const,
    attempt: 1,
    seqs: sent.map(({ seq }) => seq),
  };
  log.settle(consumer.name, { confirmed: [], released: [], requests: [row] });
  console.log(stored);
}
