import { Router } from 'express';
import { describeMatchQuality } from './match-quality.ts';
import { describeOverview } from './overview.ts';
import type { OverviewParts } from './parts.ts';

/** Figures over time. */
export function overviewRoutes(parts: OverviewParts): Router {
  const admin = Router();
  admin.get('/overview', async (request, response) => {
    response.json(await describeOverview(parts, request.query));
  });
  admin.get('/match-quality', async (request, response) => {
    response.json(await describeMatchQuality(parts, request.query));
  });
  return admin;
}
