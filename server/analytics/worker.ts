import { workerData } from 'node:worker_threads';
import { RULES } from './decisions.ts';
import type { ShopRules } from './store/methods.ts';
import { serveAsync } from './store/serve.ts';
import { openSqliteStore } from './store/sqlite.ts';

const { dataDir, shops } = workerData as { dataDir: string; shops: Record<string, ShopRules> };

await serveAsync(() => openSqliteStore(dataDir, { shops, rules: RULES }));
