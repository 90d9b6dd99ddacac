import { type Request, type Response, Router } from 'express';
import { NamedPerson, OfShop } from '../../shared/operator-api/index.ts';
import type { AnalyticsStore } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import { describeVisitor } from '../lifecycle/describe.ts';
import { eraseVisitor } from '../lifecycle/erase.ts';
import { exportVisitor } from '../lifecycle/export.ts';
import { type AskedPerson, isClear } from '../lifecycle/person.ts';
import type { PiiEncryption } from '../privacy/encrypted-pii.ts';
import type { Search } from '../store/search.ts';
import type { Store } from '../store/store.ts';
import { record } from './audit.ts';
import { clearPath } from './clear-values.ts';
import { parse } from './parse.ts';
import { shopsOf } from './shops.ts';

export interface VisitorParts {
  shops: readonly Shop[];
  log: Store;
  search: Pick<Search, 'person'>;
  piiEncryption: PiiEncryption;
  clock: Clock;
  /** Absent when no shop was ever counted. */
  state: Pick<AnalyticsStore, 'near' | 'erase' | 'exportPerson'> | undefined;
  caughtUp: ((shop: string) => Promise<void>) | undefined;
}

/** @throws {HttpError} 400 for an id with a clear email or phone: proxies on the way log paths. */
function pathId(id: string, shops: readonly Shop[]): string {
  if (
    !isClear(
      id,
      shops.map(({ country }) => country),
    )
  )
    return id;
  throw clearPath();
}

/** The id of the path, and what the body adds to it. */
function personOf({ params, body }: Request<{ id: string }>, shops: readonly Shop[]): AskedPerson {
  const { ids, browsers } = parse(NamedPerson, body);
  return { ids: [pathId(params.id, shops), ...ids], browsers };
}

/** For the list of actions, which outlives what is erased: how many ids, and none of them. */
const wordsOf = ({ id }: Shop, { ids, browsers = [] }: AskedPerson) =>
  `${id} · one person, named by ${ids.length + browsers.length} id(s)`;

/** Shows the consent of a person, erases one, and exports what is held of one. Mount behind a parser of JSON bodies. */
export function visitorRoutes({
  shops,
  log,
  search,
  piiEncryption,
  clock,
  state,
  caughtUp,
}: VisitorParts): Router {
  const admin = Router();

  const wantedShops = ({ query }: Request<{ id: string }>) => shopsOf(shops, parse(OfShop, query).shop);

  admin.get('/visitors/:id', async (request, response) => {
    const asked = { ids: [pathId(request.params.id, shops)] };
    const visitors = [];
    for (const shop of wantedShops(request)) {
      await caughtUp?.(shop.id);
      visitors.push(await describeVisitor({ log, search, state }, shop, asked));
    }
    response.json({ visitors });
  });

  admin.delete('/visitors/:id', async (request, response) => {
    const asked = personOf(request, shops);
    const erasures = [];
    for (const shop of wantedShops(request)) {
      await caughtUp?.(shop.id);
      const erasure = await eraseVisitor({ log, piiEncryption, state }, shop, asked, clock.now());
      await record(log, response, {
        action: 'erase',
        selection: wordsOf(shop, asked),
        count: erasure.events,
      });
      erasures.push(erasure);
    }
    response.json({ erasures });
  });

  async function sendExport(request: Request<{ id: string }>, response: Response) {
    const asked = personOf(request, shops);
    const exports = [];
    for (const shop of wantedShops(request)) {
      await caughtUp?.(shop.id);
      const found = await exportVisitor({ log, piiEncryption, state }, shop, asked);
      await record(log, response, {
        action: 'export',
        selection: wordsOf(shop, asked),
        count: found.events.length,
      });
      exports.push(found);
    }
    response.json({ exports });
  }
  admin.get('/visitors/:id/export', sendExport);
  admin.post('/visitors/:id/export', sendExport);
  return admin;
}
