import { Router } from 'express';
import { z } from 'zod';
import type { AnalyticsStore } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import { HttpError } from '../http/errors.ts';
import type { Clock } from '../lib/clock.ts';
import { eraseVisitor } from '../lifecycle/erase.ts';
import { exportVisitor } from '../lifecycle/export.ts';
import type { PiiEncryption } from '../privacy/encrypted-pii.ts';
import { normalizeEmail } from '../privacy/normalize.ts';
import type { Store } from '../store/store.ts';
import { parse } from './parse.ts';

export interface VisitorParts {
  shops: readonly Shop[];
  log: Store;
  piiEncryption: PiiEncryption;
  clock: Clock;
  /** Absent when no shop is counted. */
  state: Pick<AnalyticsStore, 'near' | 'erase' | 'exportPerson'> | undefined;
  caughtUp: ((shop: string) => Promise<void>) | undefined;
}

const OfShop = z.object({ shop: z.string().optional() });
const Ids = z.array(z.string().min(1).max(512)).max(10_000).default([]);
/** More ids of the same person, and browsers that an answer listed as claimed. */
const Named = z.strictObject({ ids: Ids, browsers: Ids }).prefault({});

/** Erases a person, and exports what is held of one. Mount behind a parser of JSON bodies. */
export function visitorRoutes({ shops, log, piiEncryption, clock, state, caughtUp }: VisitorParts): Router {
  const admin = Router();

  function shopsOf(query: unknown): Shop[] {
    const { shop } = parse(OfShop, query);
    const wanted = shops.filter(({ id }) => shop === undefined || id === shop);
    if (wanted.length === 0) throw new HttpError(404, 'not-found', 'There is no shop with this id.');
    return wanted;
  }

  admin.delete('/visitors/:id', async (request, response) => {
    const { ids, browsers } = parse(Named, request.body);
    const asked = { ids: [request.params.id, ...ids], browsers };
    const erasures = [];
    for (const shop of shopsOf(request.query)) {
      await caughtUp?.(shop.id);
      erasures.push(await eraseVisitor({ log, piiEncryption, state }, shop, asked, clock.now()));
    }
    response.json({ erasures });
  });

  admin.get('/visitors/:id/export', async (request, response) => {
    const { id } = request.params;
    if (normalizeEmail(id) !== undefined)
      throw new HttpError(
        400,
        'malformed-body',
        'An address is kept in logs on the way: send the SHA-256 of the email, trimmed and in lower case.',
      );
    const exports = [];
    for (const shop of shopsOf(request.query)) {
      await caughtUp?.(shop.id);
      exports.push(await exportVisitor({ log, piiEncryption, state }, shop, { ids: [id] }));
    }
    response.json({ exports });
  });
  return admin;
}
