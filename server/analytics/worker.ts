import { workerData } from 'node:worker_threads';
import { runInBackground } from '../lib/background-thread.ts';
import { asyncEngine } from '../store/thread/engine.ts';
import { serveThread } from '../store/thread/serve.ts';
import type { Methods, ShopSettings } from './store/methods.ts';
import { openStatistics } from './store/open-statistics.ts';

const { shops, ...place } = workerData as {
  dataDir: string;
  databaseUrl: string | undefined;
  shops: Record<string, ShopSettings>;
};

runInBackground();
await serveThread(async () => {
  const store = await openStatistics(place, { shops });
  /** Attributes in small transactions first, so that other calls are served in between. */
  const attributed = <Args extends unknown[], Result>(
    read: (methods: Methods) => (shop: string, ...args: Args) => Promise<Result>,
  ) =>
    async function* (shop: string, ...args: Args): AsyncGenerator<undefined, Result> {
      while (await store.transaction((methods) => methods.attributeSome(shop))) yield;
      return store.transaction((methods) => read(methods)(shop, ...args));
    };
  return asyncEngine(store, {
    dirtyTargets: attributed((methods) => methods.dirtyTargets),
    marketingTotals: attributed((methods) => methods.marketingTotals),
    flowTotals: attributed((methods) => methods.flowTotals),
    targets: attributed((methods) => methods.targets),
    erase: attributed((methods) => methods.erase),
  });
});
