import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { DatabaseServer } from '../../support/database-server.ts';
import { createFleet, type Fleet } from '../../support/fleet.ts';
import { CLEAR_DOMAIN } from '../../support/fleet-messages.ts';
import { NO_PROGRESS, type Progress } from '../../support/progress.ts';
import { ask, complaint, messagesIn, takenOf } from './ask.ts';
import { type HostileOutcome, sendHostile } from './hostile.ts';
import { createOrderLedger, type OrderLedger, type OrderOutcome } from './ledger.ts';
import { type Probe, probes } from './probe.ts';
import { readStore } from './stored.ts';

export interface FuzzOptions {
  /** How many requests are made up; some are sent twice. */
  bodies: number;
  seed: number;
  /** How often the collector is killed with SIGKILL, each time as soon as it has answered. */
  kills: number;
  /** How many kinds of costly messages are sent and measured, or which, beside as many that are made up. */
  costly: number | readonly string[];
  sabotage?: string | undefined;
  /** For its databases; absent: SQLite. */
  server?: DatabaseServer | undefined;
  /** A run past its time is a failed one. */
  limitMs: number;
  progress?: Pick<Progress, 'doing'>;
}

export interface FuzzOutcome {
  bodies: number;
  /** Answers by the first digit of their status, for example `2xx`. */
  statuses: Record<string, number>;
  accepted: number;
  stored: number;
  crashes: number;
  peakRssBytes: number;
  /** What became of orders with fields that are written in some other way. */
  orders: Omit<OrderOutcome, 'problems'>;
  /** What the costliest requests cost. */
  hostile: HostileOutcome;
  seed: number;
  /** Promises found broken, in words. */
  problems: string[];
}

/** Requests under way at once. */
const VOLLEY = 16;
/** Hostile requests leave more garbage than honest ones; it levels off between 430 and 530 MB. */
const MAX_RSS_BYTES = 640 * 1024 * 1024;
const STOP_WITHIN_MS = 15_000;

/** What the answers promised, to be held against the log. */
interface Promised {
  statuses: Record<string, number>;
  accepted: number;
  duplicates: number;
  /** Message ids of ours that were answered as stored. */
  messageIds: Set<string>;
}

/** Sends whatever senders may come up with to a real collector process, and holds its log against its answers. */
export async function fuzz(options: FuzzOptions): Promise<FuzzOutcome> {
  const { bodies, seed, kills, costly, sabotage, server, limitMs, progress = NO_PROGRESS } = options;
  const promised: Promised = { statuses: {}, accepted: 0, duplicates: 0, messageIds: new Set() };
  const problems: string[] = [];
  let crashes = 0;
  let sent = 0;
  let killed = 0;
  let ids = 0;
  let orderNumbers = 0;
  progress.doing(() => 'sending what costs most');
  const hostile = await sendHostile({ kinds: costly, seed, sabotage, server });
  problems.push(...hostile.problems);
  let { peakRssBytes } = hostile;
  const fleet = await createFleet({
    sabotage,
    server,
    variables: { RATE_LIMIT_PER_MINUTE: '1000000', LOG_LEVEL: 'info' },
  });
  const ledger = createOrderLedger(fleet.sandbox);
  const measure = () => {
    peakRssBytes = Math.max(peakRssBytes, fleet.collector().usage()?.peakRssBytes ?? 0);
  };
  const volley = async (shots: Probe[]) => {
    sent += shots.length;
    const complaints = await Promise.all(shots.map((shot) => shoot(fleet.base, shot, promised, ledger)));
    if (fleet.collector().hasEnded()) {
      crashes++;
      await fleet.start();
    }
    const found = complaints.find((found) => found !== undefined);
    if (found) throw new Error(found);
    if (killed < kills && sent >= ((killed + 1) * bodies) / (kills + 1)) {
      killed++;
      measure();
      await fleet.collector().end('SIGKILL');
      await fleet.start();
    }
  };
  progress.doing(() => `${sent} of ${bodies} bodies sent, ${promised.accepted} accepted, ${killed} kills`);
  try {
    await fleet.start();
    // From the shop system's first order on, pages make none.
    await fleet.traffic({ events: 1 }).done;
    const shots = fc.array(
      probes(
        () => `fuzz-${++ids}`,
        () => ++orderNumbers,
      ),
      { minLength: VOLLEY, maxLength: VOLLEY },
    );
    const checked = await fc.check(fc.asyncProperty(shots, volley), {
      seed,
      numRuns: Math.ceil(bodies / VOLLEY),
      interruptAfterTimeLimit: limitMs,
    });
    if (checked.failed)
      problems.push(`${String(checked.errorInstance)} (path ${checked.counterexamplePath})`);
    if (checked.interrupted) problems.push(`not done within ${limitMs} ms: ${sent} of ${bodies} bodies sent`);
    problems.push(...(await problemsOfRunning(fleet)));
    measure();
    const collector = fleet.collector();
    const { code } = await Promise.race([collector.end('SIGTERM'), notInTime()]);
    if (code !== 0)
      problems.push(`asked to stop, it ended with ${code}; it logged last:\n${collector.said()}`);
    progress.doing(() => 'reading what is stored');
    const { messages, ...stored } = readStore(fleet, ledger.stored);
    const { problems: ofOrders, ...orders } = ledger.outcome();
    problems.push(...stored.problems, ...ofOrders);
    const missing = [...promised.messageIds].filter((id) => !stored.messageIds.has(id));
    if (missing.length > 0)
      problems.push(`${missing.length} messages answered as stored are not: ${missing[0]}`);
    const fresh = promised.accepted - promised.duplicates;
    // A kill may leave events whose answer was lost with it.
    const isExact = kills === 0 && crashes === 0;
    // A report that adds nothing to its order is answered as a duplicate, and kept.
    if (messages < fresh || (isExact && messages > promised.accepted))
      problems.push(`${fresh} of ${promised.accepted} messages were answered as new, ${messages} are stored`);
    if (crashes > 0) problems.push(`it crashed ${crashes} times`);
    if (peakRssBytes > MAX_RSS_BYTES) problems.push(`it grew to ${Math.round(peakRssBytes / 2 ** 20)} MB`);
    const { statuses, accepted } = promised;
    const figures = { bodies: sent, statuses, accepted, orders, crashes, peakRssBytes, seed };
    return { ...figures, stored: messages, hostile, problems };
  } finally {
    ledger.stop();
    await fleet.close();
  }
}

const notInTime = () =>
  new Promise<{ code: string }>((resolve) => {
    setTimeout(() => resolve({ code: 'nothing' }), STOP_WITHIN_MS).unref();
  });

/** Sends one probe, twice where it says so. Answers what was wrong, with the probe. */
async function shoot(
  base: string,
  probe: Probe,
  promised: Promised,
  ledger: OrderLedger,
): Promise<string | undefined> {
  for (let time = 0; time < (probe.isRepeated ? 2 : 1); time++) {
    // A connection may be closed just as it is used again; a sender then tries anew.
    const answer = (await ask(base, probe)) ?? (await ask(base, probe));
    const failure = (what: string) =>
      `${what}\n${probe.method} ${probe.path} ${JSON.stringify(probe.headers)}\n${Buffer.from(probe.body).toString('base64')}`;
    if (!answer) return failure('no answer');
    const kind = `${Math.floor(answer.status / 100)}xx`;
    promised.statuses[kind] = (promised.statuses[kind] ?? 0) + 1;
    const wrong = complaint(probe, answer);
    if (wrong) return failure(wrong);
    const taken = takenOf(probe, answer);
    // A webhook is answered with its status alone.
    const isTaken = answer.status === 200 && probe.path.startsWith('/v1/webhooks');
    if (probe.orders)
      ledger.answered(probe.orders, isTaken ? { rejected: [] } : taken, answer.status, textOf(probe.body));
    if (!taken) continue;
    const { accepted, duplicates, rejected } = taken;
    const messages = messagesIn(probe);
    if (!messages) return failure('answered 200 for what holds no message');
    if (accepted + rejected.length > messages.length || duplicates > accepted)
      return failure(`${messages.length} messages, yet ${JSON.stringify(taken).slice(0, 200)}`);
    promised.accepted += accepted;
    promised.duplicates += duplicates;
    // Of some duplicates, or of messages rightly skipped, the answer does not say which they are.
    if (duplicates > 0 || accepted + rejected.length < messages.length) continue;
    const refused = new Set(rejected.map(({ index }) => index));
    for (const [index, message] of messages.entries())
      if (!refused.has(index)) promised.messageIds.add(idOf(message));
    promised.messageIds.delete('');
  }
  return undefined;
}

const textOf = (body: Uint8Array) => (body[0] === 0x1f ? gunzipSync(body) : Buffer.from(body)).toString();
const idOf = (message: unknown) =>
  /^fuzz-\d+$/.exec(String((message as { messageId?: unknown } | null)?.messageId))?.[0] ?? '';

/** What can only be seen while it still runs. */
async function problemsOfRunning(fleet: Fleet): Promise<string[]> {
  const { log } = await fleet.collector().status();
  const lines = fleet.collector().said().split('\n').slice(1, -1);
  const broken = lines.find((line) => !isJson(line));
  return [
    !['full', 'extra'].includes(log?.synchronous ?? '') && `log.synchronous is ${log?.synchronous}`,
    broken !== undefined && `a log line is broken: ${broken.slice(0, 300)}`,
    lines.join('\n').includes(CLEAR_DOMAIN) && 'an email in clear in a log line',
  ].filter((problem) => problem !== false);
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
