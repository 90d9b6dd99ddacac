import { gzipSync } from 'node:zlib';
import { anyCostly, COSTLY } from '../../support/costly-messages.ts';
import type { DatabaseServer } from '../../support/database-server.ts';
import { eventually } from '../../support/eventually.ts';
import { createFleet, type Fleet, seededRandom } from '../../support/fleet.ts';
import { query } from '../../support/postgres-client.ts';
import { SHOP_ORIGIN, WRITE_KEY } from '../../support/shop.ts';
import { ask } from './ask.ts';

export interface HostileOptions {
  /** How many of the listed kinds of costly messages are sent, or which; as many messages are made up beside them. */
  kinds: number | readonly string[];
  seed: number;
  sabotage?: string | undefined;
  server?: DatabaseServer | undefined;
}

/** The worst of all requests, each sent alone. */
export interface HostileOutcome {
  requests: number;
  /** CPU time of the longest turn of the event loop for one message, and the kind of message that took it. */
  longestTurnMs: number;
  slowest: string;
  /** The same for a request as large as it may be. */
  longestTurnOfRequestMs: number;
  /** Bytes written, to files and connections, for each byte of a body after decompression; of PostgreSQL its write-ahead log. */
  writtenPerByte: number;
  largest: string;
  peakRssBytes: number;
  problems: string[];
}

/** As many as a request of 500 KB holds. */
const MESSAGES = 16;
/** CPU time: a machine that is busy elsewhere changes nothing. */
const MAX_TURN_MS = 50;
/** A body of 500 KB is parsed and stored in one piece, its messages are not. */
const MAX_TURN_OF_REQUEST_MS = 100;
/**
 * Also of an order, which is kept as a report, for statistics, and for destinations. What SQLite writes goes to its log first, then
 * to its place; of PostgreSQL the log alone is counted.
 */
const MAX_WRITTEN_PER_BYTE = { toFiles: 12, toLogOfPostgres: 8 };
/** What is written a while after the answer: deliveries, statistics, checkpoints. */
const SETTLE_MS = 1_000;
const TRIES = 3;

/** Sends requests that cost as much as a sender can make them cost, and measures what they cost a collector of their own. */
export async function sendHostile({
  kinds,
  seed,
  sabotage,
  server,
}: HostileOptions): Promise<HostileOutcome> {
  const random = seededRandom(seed);
  const drawn = Object.entries(COSTLY)
    .map((kind) => ({ kind, at: random() }))
    .toSorted((a, b) => a.at - b.at);
  const chosen =
    typeof kinds === 'number'
      ? drawn.slice(0, kinds)
      : drawn.filter(({ kind: [name] }) => kinds.includes(name));
  const listed = chosen.flatMap(({ kind: [name, make] }) => [
    { name, make },
    { name: 'made up', make: () => anyCostly(random) },
  ]);
  const outcome: HostileOutcome = {
    ...{
      requests: 0,
      longestTurnMs: 0,
      slowest: '',
      longestTurnOfRequestMs: 0,
      writtenPerByte: 0,
      largest: '',
    },
    ...{ peakRssBytes: 0, problems: [] },
  };
  if (listed.length === 0) return outcome;
  const fleet = await createFleet({ sabotage, server });
  try {
    await fleet.start();
    await warmUp(fleet, listed);
    await sendEach(fleet, listed, outcome);
    outcome.peakRssBytes = fleet.collector().usage()?.peakRssBytes ?? 0;
    return outcome;
  } finally {
    await fleet.close();
  }
}

async function sendEach(fleet: Fleet, listed: readonly Kind[], outcome: HostileOutcome): Promise<void> {
  for (const { name, make } of listed) {
    const cost = await costOf(fleet, name, make);
    outcome.requests++;
    if (cost.turnMs > outcome.longestTurnMs)
      Object.assign(outcome, { longestTurnMs: cost.turnMs, slowest: name });
    if (cost.perByte > outcome.writtenPerByte)
      Object.assign(outcome, { writtenPerByte: cost.perByte, largest: name });
    outcome.longestTurnOfRequestMs = Math.max(outcome.longestTurnOfRequestMs, cost.turnOfRequestMs);
    outcome.problems.push(...cost.problems);
  }
}

/** What a request of this kind costs: the least of some tries, where the first costs too much. */
async function costOf(fleet: Fleet, name: string, make: () => string): Promise<Cost> {
  let least: Cost | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    const cost = await measure(fleet, name, make);
    if (cost.problems.length === 0) return cost;
    if (!least || cost.turnMs < least.turnMs) least = cost;
  }
  return least as Cost;
}

interface Kind {
  name: string;
  make: () => string;
}

interface Cost {
  turnMs: number;
  turnOfRequestMs: number;
  perByte: number;
  problems: string[];
}

async function measure(fleet: Fleet, name: string, make: () => string): Promise<Cost> {
  const body = batchOf(MESSAGES, make);
  await fleet.collector().longestTurnMs();
  await send(fleet, batchOf(1, make));
  await settled(fleet);
  const turnMs = await fleet.collector().longestTurnMs();
  const before = await written(fleet);
  const status = await send(fleet, body);
  await settled(fleet);
  const turnOfRequestMs = await fleet.collector().longestTurnMs();
  const perByte = ((await written(fleet)) - before) / Buffer.byteLength(body);
  const { toFiles, toLogOfPostgres } = MAX_WRITTEN_PER_BYTE;
  const maxPerByte = fleet.databaseUrl === undefined ? toFiles : toLogOfPostgres;
  const problems = [
    status !== 200 && `${name}: answered ${status}: ${body.slice(0, 500)}`,
    turnMs > MAX_TURN_MS && `${name}: one turn of the event loop took ${Math.round(turnMs)} ms of CPU`,
    turnOfRequestMs > MAX_TURN_OF_REQUEST_MS &&
      `${name}: one turn of the event loop took ${Math.round(turnOfRequestMs)} ms of CPU for a request`,
    perByte > maxPerByte && `${name}: ${perByte.toFixed(1)} bytes written for each byte received`,
  ].filter((problem) => problem !== false);
  return { turnMs, turnOfRequestMs, perByte, problems };
}

/** Code that runs for the first time is slower than a sender can make it. */
async function warmUp(fleet: Fleet, listed: readonly Kind[]): Promise<void> {
  await fleet.collector().longestTurnMs();
  for (const { make } of listed) await send(fleet, batchOf(1, make));
  await settled(fleet);
}

/** On a busy machine the search's index follows later than everything else: it has the least priority, and may take most of what is written. */
async function settled({ collector }: Fleet): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  await eventually(collector().indexLag, (lag) => lag === 0);
}

const batchOf = (messages: number, make: () => string) =>
  `{"batch":[${Array.from({ length: messages }, () => make().replace('{', '{"type":"track",')).join()}]}`;

async function send({ base }: Fleet, body: string): Promise<number | undefined> {
  const answer = await ask(base, {
    ...{ method: 'POST', path: `/v1/batch?writeKey=${WRITE_KEY}`, isRepeated: false, body: gzipSync(body) },
    headers: { 'content-encoding': 'gzip', origin: SHOP_ORIGIN, 'user-agent': '1'.repeat(8_000) },
  });
  return answer?.status;
}

async function written({ databaseUrl, collector }: Fleet): Promise<number> {
  if (databaseUrl === undefined) return collector().usage()?.writtenBytes ?? 0;
  const [row] = await query<{ bytes: string }>(
    databaseUrl,
    "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS bytes",
  );
  return Number(row?.bytes);
}
