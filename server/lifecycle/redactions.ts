import type { AnalyticsStore } from '../analytics/store.ts';
import type { Shop } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { PiiEncryption } from '../privacy/encrypted-pii.ts';
import { runJob } from '../store/jobs.ts';
import type { Redaction } from '../store/redactions.ts';
import type { Store } from '../store/store.ts';
import { eraseVisitor } from './erase.ts';

export interface RedactionParts {
  log: Store;
  piiEncryption: PiiEncryption;
  /** Absent when no shop was ever counted. */
  state: Pick<AnalyticsStore, 'near' | 'erase' | 'purge'> | undefined;
  shops: readonly Shop[];
  /** Resolves when every event of the shop stored so far is counted. */
  caughtUp: ((shop: string) => Promise<void>) | undefined;
  clock: Clock;
  counters: Counters;
  logger: Logger;
}

/** The erasures that shop systems asked for. */
export interface Redactions {
  /** Another one was stored. */
  requested(): void;
  /** Carries a redaction out now. @returns undefined when there is none with this id, or it does not wait any more. */
  confirm(id: number): Promise<Redaction | undefined>;
  /** Calls a redaction off. @returns as `confirm`. */
  cancel(id: number): Promise<Redaction | undefined>;
  /** How many wait for a confirmation. */
  unconfirmed(): Promise<number>;
  stop(): Promise<void>;
}

const CHECK_MS = 60_000;

/** Carries out what is due, one after the other: every minute, and whenever one is stored or confirmed. */
export function startRedactions(parts: RedactionParts): Redactions {
  const { log, clock, counters, logger } = parts;
  let last = Promise.resolve();

  async function carryOutDue(): Promise<void> {
    for (const redaction of await log.redactions({ dueAtMs: clock.now() })) await carryOut(parts, redaction);
  }
  const onError = (error: unknown) =>
    logger.error({ error: String(error) }, 'a redaction failed; trying again in a minute');
  const next = () => {
    last = last.then(carryOutDue).catch(onError);
    return last;
  };
  const stop = runJob(parts, 'redactions', CHECK_MS, next, onError);

  return {
    requested: () => void next(),
    async confirm(id) {
      if (!(await log.confirmRedaction(id))) return undefined;
      await next();
      return log.redaction(id);
    },
    async cancel(id) {
      if (!(await log.finishRedaction(id))) return undefined;
      const redaction = await log.redaction(id);
      if (redaction) counters.count('redactions', { shop: redaction.shop, outcome: 'cancelled' });
      await next();
      return redaction;
    },
    async unconfirmed() {
      const waiting = (await log.redactions()).filter(({ status }) => status === 'pending');
      return waiting.filter(({ dueAtMs }) => dueAtMs === undefined).length;
    },
    async stop() {
      await stop();
      await last;
    },
  };
}

async function carryOut(parts: RedactionParts, { id, shop: shopId, kind, event }: Redaction): Promise<void> {
  const { log, piiEncryption, state, shops, caughtUp, clock, counters, logger } = parts;
  const shop = shops.find((one) => one.id === shopId);
  // Of a shop that is configured no more, the data stays until it is again.
  if (!shop) return;
  await caughtUp?.(shop.id);
  let isFound = true;
  if (kind === 'shop') {
    const events = await log.purge(shop.id);
    await state?.purge(shop.id);
    logger.warn({ shop: shop.id, events }, 'all data of the shop erased at the request of its platform');
  } else {
    const { userId, emailSha256, phoneSha256 } = event?.identity ?? {};
    const orders = event?.properties.orders;
    const asked = {
      ids: [userId, emailSha256, phoneSha256].filter((one) => one !== undefined),
      orders: Array.isArray(orders) ? orders.map(String) : [],
    };
    const userIds = userId === undefined ? [] : [userId];
    const erasure = await eraseVisitor({ log, piiEncryption, state }, shop, asked, clock.now(), userIds);
    isFound = erasure.found;
    logger.info(
      { shop: shop.id, redaction: id },
      isFound
        ? 'a customer erased at the request of the shop’s platform'
        : 'nothing was found of a customer whom the shop’s platform asked to erase',
    );
  }
  await log.finishRedaction(id, isFound);
  counters.count('redactions', { shop: shop.id, outcome: isFound ? 'done' : 'not-found' });
}
