import { workerData } from 'node:worker_threads';
import { asyncEngine } from '../store/thread/engine.ts';
import { serveThread } from '../store/thread/serve.ts';
import { RULES } from './decisions.ts';
import type { Methods, ShopRules } from './store/methods.ts';
import { openSqliteStore } from './store/sqlite.ts';

const { dataDir, shops } = workerData as { dataDir: string; shops: Record<string, ShopRules> };

await serveThread(async () => {
  const store = await openSqliteStore(dataDir, { shops, rules: RULES });
  /** Attributes in small transactions first, so that other calls are served in between. */
  const attributed = <Args extends unknown[], Result>(
    read: (methods: Methods) => (shop: string, ...args: Args) => Promise<Result>,
  ) =>
    async function* (shop: string, ...args: Args): AsyncGenerator<undefined, Result> {
      while (await store.transaction((methods) => methods.settleSome(shop))) yield;
      return store.transaction((methods) => read(methods)(shop, ...args));
    };
  return asyncEngine(store, {
    changed: attributed((methods) => methods.changed),
    marketingTotals: attributed((methods) => methods.marketingTotals),
    flowTotals: attributed((methods) => methods.flowTotals),
    targets: attributed((methods) => methods.targets),
  });
});
