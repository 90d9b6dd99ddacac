import { workerData } from 'node:worker_threads';
import type { ShopRules } from './store/methods.ts';
import { serveAsync } from './store/serve.ts';
import { openSqliteStore } from './store/sqlite.ts';
import { RULES } from './decisions.ts';

const { dataDir, shops } = workerData as { dataDir: string; shops: Record<string, ShopRules> };

await serveAsync(() => openSqliteStore(dataDir, { shops, rules: RULES }));
