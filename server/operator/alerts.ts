import { Router } from 'express';
import type { Alert } from '../../shared/operator-api/index.ts';

/** What watches the collector, as far as the operator's routes show it. */
export interface Alerts {
  /** Those that are open, the newest first, then those that ended lately. */
  alerts(): readonly Alert[];
}

/** Incidents that were found. */
export function alertRoutes(watchdog: Alerts): Router {
  const admin = Router();
  admin.get('/alerts', (_request, response) => void response.json({ alerts: watchdog.alerts() }));
  return admin;
}
