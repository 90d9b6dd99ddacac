import { workerData } from 'node:worker_threads';
import type { ShopRules } from '../state/shop/methods.ts';
import { serveAsync } from '../state/shop/serve.ts';
import { openSqliteStore } from '../state/shop/sqlite.ts';
import { RULES } from './rules.ts';

const { dataDir, shops } = workerData as { dataDir: string; shops: Record<string, ShopRules> };

await serveAsync(() => openSqliteStore(dataDir, { shops, rules: RULES }));
