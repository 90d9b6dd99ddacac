import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../observe/log.ts';
import type { Incident, Pending } from './kept.ts';
import type { SendAlert } from './sender.ts';

const MINUTE_MS = 60_000;
/** After each failure; then the message is given up. About a day in all. */
const DELAYS_MS = [5_000, 30_000, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, 60 * MINUTE_MS].concat(
  Array<number>(8).fill(180 * MINUTE_MS),
);
const MOST_PENDING = 200;

export interface OutboxParts {
  /** Not sent by an earlier process. */
  pending: readonly Pending[];
  send: SendAlert;
  clock: Clock;
  logger: Logger;
  /** Called after a message was accepted or given up. */
  onChange: () => void;
}

/** Sends messages in their order, each until it is accepted or for about a day. */
export function createOutbox({ pending: kept, send, clock, logger, onChange }: OutboxParts) {
  let pending = [...kept];
  const stopping = new AbortController();
  let notify = () => {};

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const nowMs = clock.now();
      const due = pending.find(({ dueAtMs }) => dueAtMs <= nowMs);
      if (due) await sendOne(due);
      else await sleepUntil(Math.min(...pending.map(({ dueAtMs }) => dueAtMs)) - nowMs);
    }
  }

  async function sendOne(one: Pending): Promise<void> {
    const reason = await send(one.incident);
    const delayMs = DELAYS_MS[one.attempts];
    if (reason === undefined || delayMs === undefined) {
      pending = pending.filter((other) => other !== one);
      if (reason !== undefined)
        logger.error(
          { rule: one.incident.rule, reason },
          'an alert could not be posted to ALERT_WEBHOOK_URL',
        );
      return onChange();
    }
    if (one.attempts === 0)
      logger.warn(
        { rule: one.incident.rule, reason },
        'an alert could not be posted to ALERT_WEBHOOK_URL; trying again for a day',
      );
    one.attempts++;
    one.dueAtMs = clock.now() + delayMs;
  }

  /** Until something is added, or due. @param ms infinite: nothing is pending. */
  async function sleepUntil(ms: number): Promise<void> {
    const waking = new AbortController();
    notify = () => waking.abort();
    stopping.signal.addEventListener('abort', notify, { once: true });
    await clock.sleep(Math.min(Math.max(ms, 1), 60 * MINUTE_MS), waking.signal);
    stopping.signal.removeEventListener('abort', notify);
  }

  const running = run();
  return {
    add(incidents: readonly Incident[]): void {
      const dueAtMs = clock.now();
      pending = [...pending, ...incidents.map((incident) => ({ incident, attempts: 0, dueAtMs }))].slice(
        -MOST_PENDING,
      );
      notify();
    },
    pending: (): readonly Pending[] => pending,
    /** Waits for the request that is in flight. */
    async stop(): Promise<void> {
      stopping.abort();
      await running;
    },
  };
}

export type Outbox = ReturnType<typeof createOutbox>;
