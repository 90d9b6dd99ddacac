import { Router } from 'express';
import { type Alert, OfShop } from '../../shared/operator-api/index.ts';
import { parse } from './parse.ts';
import { inShop, type Places } from './places.ts';

/** What watches the collector, as far as the operator's routes show it. */
export interface Alerts {
  /** Those that are open, the newest first, then those that ended lately. */
  alerts(): Promise<readonly Alert[]>;
}

/** Incidents that were found: of one shop with those of the whole process, or of all shops. */
export function alertRoutes(watchdog: Alerts, places: Places): Router {
  const admin = Router();
  admin.get('/alerts', async (request, response) => {
    const { shop } = parse(OfShop, request.query);
    places.shopsOf(shop);
    response.json({ alerts: (await watchdog.alerts()).filter(inShop(shop)) });
  });
  return admin;
}
