import { expect, onTestFinished, test } from 'vitest';
import type { Shop } from '../../server/config/config.ts';
import { consumersOf } from '../../server/delivery/consumers.ts';
import type { Destination, RequestParts } from '../../server/destinations/destination.ts';
import type { Http } from '../../server/lib/http-client.ts';
import { openLog } from '../../server/store/open.ts';
import { createFakeClock } from '../support/clock.ts';
import { event } from '../support/event.ts';
import { createCallWatch } from '../support/idle.ts';
import { startTestDelivery } from '../support/start-delivery.ts';
import { tempDir } from '../support/temp-dir.ts';
import { answer, plain } from '../support/worker-bench.ts';

test('a shop whose requests hang does not delay another', async () => {
  const destination = {
    ...plain,
    limits: { ...plain.limits, maxEvents: 10, requestsInFlight: 4 },
    request: (items: readonly string[], parts: RequestParts<{ shop: string }>) => ({
      ...plain.request(items, parts),
      url: `http://127.0.0.1/${parts.settings.shop}`,
    }),
  } as unknown as Destination;
  const shops = ['stuck', 'well'].map(
    (id) => ({ id, destinations: [{ destination, settings: { shop: id } }] }) as unknown as Shop,
  );
  const hanging = Promise.withResolvers<void>();
  const arrived: Record<string, number> = { '/stuck': 0, '/well': 0 };
  const http: Http = async ({ url, body = '' }) => {
    const { pathname } = new URL(url);
    if (pathname === '/stuck') await hanging.promise;
    arrived[pathname] = (arrived[pathname] ?? 0) + (JSON.parse(body) as unknown[]).length;
    return answer(200);
  };
  const dataDir = tempDir();
  const calls = createCallWatch();
  const clock = createFakeClock(undefined, calls.idle);
  const log = calls.watch(
    await openLog({ dataDir, consumers: consumersOf(shops), retentionMs: 86_400_000, clock: clock.now }),
  );
  startTestDelivery({ shops, log, http, clock });
  // Before the delivery is stopped.
  onTestFinished(() => hanging.resolve());
  for (const shop of ['stuck', 'well'])
    await log.accept(Array.from({ length: 200 }, () => ({ event: event({ shop }) })));
  for (let look = 0; look < 5; look++) await clock.advance(0);
  expect(arrived).toEqual({ '/stuck': 0, '/well': 200 });
  expect(await log.depth('plain@well')).toMatchObject({ waiting: 0 });
  expect(await log.depth('plain@stuck')).toMatchObject({ waiting: 200 });
});
