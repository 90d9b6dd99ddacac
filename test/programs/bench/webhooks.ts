import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxVariables } from '../../../server/sandbox/index.ts';
import { sabotageArguments } from '../../support/sabotage.ts';
import { type Audit, audit } from './audit.ts';
import { startCollector } from './collector.ts';
import { type Figure, type Measured, ms, whole } from './figures.ts';
import { launch } from './launch.ts';
import type { Options } from './options.ts';
import type { SandboxHello } from './sandbox.ts';
import type { WebhookLoad, WebhookResult } from './webhook-load.ts';
import { SENDERS, storedPrefix, WEBHOOK_VARIABLES } from './webhook-requests.ts';

const PER_SECOND = 200;
/** What V8 compiles in the first seconds of a process is no figure of the thousandth. */
const WARM_UP_SECONDS = 4;

/** How soon order and message webhooks are answered, while everything works and while no destination answers. */
export async function measureWebhooks(
  { webhookSeconds: seconds }: Pick<Options, 'webhookSeconds'>,
  directory: string,
  say: (line: string) => void,
): Promise<Measured> {
  const run = async (isStalled: boolean) => {
    const dataDir = mkdtempSync(join(directory, 'webhooks-'));
    const ran = await runWebhooks({ dataDir, isStalled, seconds, warmUpSeconds: WARM_UP_SECONDS });
    say(`webhooks${isStalled ? ' while no destination answers' : ''}: ${timesOf(ran.result)}`);
    return ran;
  };
  const healthy = await run(false);
  const stalled = await run(true);
  return {
    figures: [
      figureOf(`webhook answer p99 at ${PER_SECOND}/s`, healthy.result.p99Ms, 50, healthy.result),
      figureOf(
        'slowest webhook answer, no destination answering',
        stalled.result.maxMs,
        4000,
        stalled.result,
      ),
    ],
    audit: {
      promised: healthy.audit.promised + stalled.audit.promised,
      broken: [...healthy.audit.broken, ...stalled.audit.broken],
    },
  };
}

export interface WebhookRun {
  dataDir: string;
  /** No destination ever answers. */
  isStalled: boolean;
  seconds: number;
  warmUpSeconds: number;
  /** Absent: right after the last answer. */
  killAfterSeconds?: number;
  sabotage?: string;
}

/** One collector under webhooks, and killed: what it had not stored by then is lost. */
export async function runWebhooks({
  dataDir,
  isStalled,
  seconds,
  warmUpSeconds,
  killAfterSeconds,
  sabotage,
}: WebhookRun): Promise<{ result: WebhookResult; audit: Audit }> {
  const [generator, standIns] = await Promise.all([
    launch('load', 'webhook-load.ts'),
    launch<SandboxHello>('load', 'sandbox.ts', isStalled ? ['--hang'] : []),
  ]);
  try {
    const { port, kill } = await startCollector({
      dataDir,
      destination: { ...sandboxVariables(standIns.hello.urls), ...WEBHOOK_VARIABLES },
      args: sabotageArguments(sabotage),
    });
    const send = (prefix: string, forSeconds: number) => {
      const load: WebhookLoad = { port, prefix, perSecond: PER_SECOND, seconds: forSeconds };
      return generator.ask<WebhookResult>(load);
    };
    const warm = warmUpSeconds > 0 ? { warm: await send('warm', warmUpSeconds) } : {};
    if (killAfterSeconds !== undefined) setTimeout(() => void kill(), killAfterSeconds * 1000);
    const result = await send('run', seconds);
    await kill();
    const promised = Object.entries({ ...warm, run: result }).flatMap(([prefix, { sent }]) =>
      SENDERS.map((sender) => ({
        prefix: storedPrefix(sender, prefix),
        eventsPerRequest: 1,
        result: sent[sender],
      })),
    );
    return { result, audit: await audit({ dataDir }, promised) };
  } finally {
    await Promise.all([generator, standIns].map((helper) => helper.end()));
  }
}

const figureOf = (what: string, reached: number, most: number, result: WebhookResult): Figure => ({
  what,
  value: ms(reached),
  goal: { reached, most },
  note: timesOf(result),
});

function timesOf({ p50Ms, p99Ms, maxMs, refusals, sent }: WebhookResult): string {
  const all = SENDERS.reduce((sum, sender) => sum + sent[sender].requests, 0);
  const refused = Object.entries(refusals).map(([status, count]) =>
    status === '0' ? `${whole(count)} without an answer` : `${whole(count)} answered ${status}`,
  );
  return [
    `${whole(all)} webhooks: p50 ${ms(p50Ms)}`,
    `p99 ${ms(p99Ms)}`,
    `max ${ms(maxMs)}`,
    ...refused,
  ].join(', ');
}
