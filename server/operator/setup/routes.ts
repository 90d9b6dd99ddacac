import { type Request, Router } from 'express';
import { inEnglish } from '../../../shared/advice/notice.ts';
import { type Finding, OfShop, type Setup, TestEventRequest } from '../../../shared/operator-api/index.ts';
import type { Config } from '../../config/config.ts';
import { offIn } from '../../config/summary.ts';
import type { Http } from '../../lib/http-client.ts';
import type { Store } from '../../store/store.ts';
import { record } from '../audit.ts';
import { destinationsNow } from '../overview/now.ts';
import type { OverviewParts } from '../overview/parts.ts';
import { parse } from '../parse.ts';
import { inShop } from '../places.ts';
import { toIso } from '../times.ts';
import { configFindings, shopSummaries } from './config-findings.ts';
import { distinctFindings, finding } from './finding.ts';
import { liveFindings } from './live-findings.ts';
import { reachFindings } from './reach-findings.ts';
import { sendTestEvent } from './test-event.ts';

export interface SetupParts extends Omit<OverviewParts, 'config' | 'log'> {
  config: Config;
  log: OverviewParts['log'] & Pick<Store, 'addAudit' | 'history'>;
  http: Http;
  redactSecrets: (text: string) => string;
}

/** Endpoints are asked once in this time, however often the page is opened. */
const REACH_MS = 30_000;
const RANK: Record<Finding['severity'], number> = { error: 0, warning: 1, ok: 2 };

/** What is misconfigured, the tag to copy, and a test event. */
export function setupRoutes(parts: SetupParts): Router {
  const { config, clock, log, places } = parts;
  const admin = Router();
  const reach = createReach(parts);

  admin.get('/setup', async (request, response) => {
    const { shop } = parse(OfShop, request.query);
    places.shopsOf(shop);
    const found = [
      ...configFindings(config, clock.now()),
      ...proxyFindings(config, request),
      ...(await liveFindings(parts)),
      ...(await reach()),
    ];
    const findings = distinctFindings(found.filter(inShop(shop))).toSorted(
      (a, b) => RANK[a.severity] - RANK[b.severity],
    );
    const shops = await describeShops(parts, request, shop);
    response.json({ findings, shops } satisfies Setup);
  });

  admin.post('/test-event', async (request, response) => {
    const asked = parse(TestEventRequest, request.body);
    const answer = await sendTestEvent(parts, asked);
    const selection = [asked.shop, answer.destination, answer.name]
      .filter((part) => part !== undefined)
      .join(' · ');
    await record(log, response, { action: 'test-event', selection, count: answer.payloads.length });
    response.json(answer);
  });
  return admin;
}

function createReach({ config, http, clock }: SetupParts): () => Promise<Finding[]> {
  let asked: { atMs: number; findings: Promise<Finding[]> } | undefined;
  return () => {
    const nowMs = clock.now();
    if (!asked || nowMs - asked.atMs > REACH_MS)
      asked = { atMs: nowMs, findings: reachFindings({ config, http, clock }) };
    return asked.findings;
  };
}

/** The operator's own request may have come through the proxy. */
function proxyFindings({ trustProxy }: Config, { headers }: Request): Finding[] {
  if (trustProxy !== undefined || (headers['x-forwarded-for'] ?? headers.forwarded) === undefined) return [];
  return [finding('trust-proxy-missing', 'error', {})];
}

async function describeShops(
  { config, places, delivery, log }: SetupParts,
  request: Request,
  wanted: string | undefined,
): Promise<Setup['shops']> {
  const now = await destinationsNow(delivery.workers, log, wanted);
  const summaries = shopSummaries(config, request.socket.localPort ?? config.port);
  const describe = async ({
    consumer,
    destination,
    title,
    breaker,
    waiting,
    deadLetters,
  }: (typeof now)[number]) => {
    const [latest] = await log.history({ consumer, limit: 1 });
    return {
      ...{ name: destination, title, breaker, waiting, deadLetters },
      ...(latest && { lastSentAt: toIso(latest.atMs) }),
      canTest: places.of(consumer)?.destination.asTest !== undefined,
    };
  };
  return Promise.all(
    places.shopsOf(wanted).map(async (shop) => {
      const { id, ordersFrom } = shop;
      const { tag = '' } = summaries.find((summary) => summary.id === id) ?? {};
      const off = offIn(shop).map((one) => ({ ...one, words: inEnglish(one).means }));
      const destinations = await Promise.all(now.filter(({ shop }) => shop === id).map(describe));
      return { id, tag, ordersFrom, off, destinations };
    }),
  );
}
