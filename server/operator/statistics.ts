import express, { type Request, Router } from 'express';
import { z } from 'zod';
import type { StatisticsAnswer } from '../../shared/operator-api/index.ts';
import type { AnalyticsStore } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import type { Statistics } from '../platforms/statistics.ts';
import type { Audit } from '../store/audit.ts';
import { record } from './audit.ts';
import { readCosts } from './marketing-costs.ts';
import { oneShop, shopsOf } from './shops.ts';

export interface StatisticsParts {
  statistics: Pick<Statistics, 'sync' | 'totals'>;
  state: Pick<AnalyticsStore, 'putCosts'>;
  shops: readonly Pick<Shop, 'id'>[];
  log: Pick<Audit, 'addAudit'>;
}

/** About 20,000 rows. */
const MAX_COSTS_BYTES = 1024 * 1024;

/** Campaign totals, their reports to SHOPLINE, and advertising costs. Mount before any middleware that reads bodies. */
export function statisticsRoutes({ statistics, state, shops, log }: StatisticsParts): Router {
  const admin = Router();

  admin.post('/statistics/sync', async (request, response) => {
    response.json({ reports: await statistics.sync(wantedShop(request, shops)) });
  });

  admin.get('/statistics', async (request, response) => {
    const wanted = wantedShop(request, shops);
    const known = [];
    for (const { id } of shopsOf(shops, wanted)) known.push({ shop: id, ...(await statistics.totals(id)) });
    response.json({ shops: known } satisfies StatisticsAnswer);
  });

  const readText = express.text({ type: () => true, limit: MAX_COSTS_BYTES });
  admin.put('/marketing-costs', readText, async (request, response) => {
    const { id: shop } = oneShop(shops, wantedShop(request, shops));
    const costs = readCosts(
      typeof request.body === 'string' ? request.body : '',
      request.is('text/csv') === 'text/csv',
    );
    await state.putCosts(shop, costs);
    await record(log, response, { action: 'costs', selection: shop, count: costs.length });
    const marketingEvents = new Set(costs.map(({ marketingEventId }) => marketingEventId)).size;
    response.json({ days: costs.length, marketingEvents });
  });
  return admin;
}

const Query = z.object({ shop: z.string().optional() });

/** `?shop=`, or undefined when it is absent. @throws {HttpError} 404 for an unknown shop. */
function wantedShop({ query }: Request, shops: StatisticsParts['shops']): string | undefined {
  const parsed = Query.safeParse(query);
  const wanted = parsed.success ? parsed.data.shop : '';
  shopsOf(shops, wanted);
  return wanted;
}
