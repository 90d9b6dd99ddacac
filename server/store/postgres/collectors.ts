import { hash } from 'node:crypto';
import type { Claim, Job } from '../jobs.ts';
import { resumed, WAITING_SQL } from '../sqlite/open-store.ts';
import { type Connection, prepare } from '../sqlite/prepare.ts';
import type { ConsumerState, SharedConsumers } from '../sqlite/tables.ts';
import type { Transactions } from './transactions.ts';

/** Longer than anything is leased. */
const DENIALS_KEPT = '10 minutes';

interface ConsumerRow
  extends Omit<ConsumerState, 'name' | 'shop' | 'decryptsPii' | 'saleStages' | 'audience'> {
  name: string;
  shop: string;
  owner: string | null;
}

/** Which collector delivers for which consumer, by rows whose times are those of the database's clock. */
export interface Collectors extends SharedConsumers {
  /**
   * Says that this collector runs, and what its workers are like, by consumer; takes over the consumers of those that do not any more, and hands over some when others
   * have joined. In a transaction. Returns whether anything changed hands, the database's time, epoch ms, and
   * whether a collector runs no more.
   */
  claim(
    consumers: readonly ConsumerState[],
    states: Readonly<Record<string, string>>,
  ): { isChanged: boolean; nowMs: number; hasLeft: boolean };
  /** Takes a job over unless a collector that runs has it. In a transaction. Undefined: another has it. */
  claimJob(job: Job): Claim | undefined;
  /** A run of it has ended. In a transaction. */
  finishJob(claim: Claim, nowMs: number): void;
  /**
   * The shops of which others have changed a consumer since the last call: they have stored, requeued or settled something. In a
   * transaction, as each reads what others have changed.
   */
  changedShops(): string[];
  /** At the end of the process: others take over at once. In a transaction. */
  leave(): void;
}

/** @param id of this process. @param aliveMs how long a collector counts as running after it said so. */
export function createCollectors(
  connection: Connection,
  { version }: Transactions,
  id: string,
  aliveMs: number,
): Collectors {
  const changed = prepare<ConsumerRow>(
    connection,
    `SELECT id, name, shop, cursor, trusted_cursor AS trustedCursor, waiting, dead_letters AS deadLetters,
       requeued_to AS requeuedTo, requeue_end AS requeueEnd, resumed_to AS resumedTo, resume_end AS resumeEnd, owner, fence, state
     FROM consumers WHERE version > ?`,
  );
  const update = prepare(
    connection,
    `UPDATE consumers SET cursor = ?2, trusted_cursor = ?3, waiting = ?4, dead_letters = ?5, requeued_to = ?6,
       requeue_end = ?7, resumed_to = ?8, resume_end = ?9, fence = ?10, owner = ?11, state = ?12, version = ?13
     WHERE id = ?1`,
  );
  const count = prepare<Pick<ConsumerState, 'waiting' | 'deadLetters'>>(
    connection,
    `SELECT ${WAITING_SQL} FROM consumers WHERE name = ?1 AND shop = ?2`,
  );
  const register = prepare<{ nowMs: number }>(
    connection,
    `INSERT INTO collectors (id, until, consumers)
     VALUES (?1, clock_timestamp() + make_interval(secs => CAST(?2 AS DOUBLE PRECISION)), ?3)
     ON CONFLICT (id) DO UPDATE SET until = excluded.until, consumers = excluded.consumers
     RETURNING floor(1000 * extract(epoch FROM clock_timestamp())) AS nowMs`,
  );
  const removeDead = prepare(connection, 'DELETE FROM collectors WHERE until < clock_timestamp()');
  const findRunning = prepare<{ id: string; consumers: string }>(
    connection,
    'SELECT id, consumers FROM collectors',
  );
  /** By this process: what an earlier one leased is requeued, and a lease that is over binds nobody. */
  const leased = prepare<object>(
    connection,
    `SELECT 1 FROM deliveries WHERE consumer = ?1 AND state = 'leased' AND due_at > ?2
       AND (seq <= ?3 OR seq > ?4) LIMIT 1`,
  );
  const remove = prepare(connection, 'DELETE FROM collectors WHERE id = ?');
  const release = prepare(connection, 'UPDATE consumers SET owner = NULL, version = ?2 WHERE owner = ?1');
  const releaseJobs = prepare(connection, "UPDATE jobs SET owner = '' WHERE owner = ?");
  const findJob = prepare<{ owner: string; fence: number; ranAtMs: number | null }>(
    connection,
    'SELECT owner, fence, ran_at AS ranAtMs FROM jobs WHERE name = ?',
  );
  const finishJob = prepare(connection, 'UPDATE jobs SET ran_at = ?3 WHERE name = ?1 AND fence = ?2');
  const putJob = prepare(
    connection,
    `INSERT INTO jobs (name, owner, fence) VALUES (?1, ?2, ?3)
     ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, fence = excluded.fence`,
  );
  const recordDenial = prepare(connection, 'INSERT INTO denials (version, collector, key) VALUES (?, ?, ?)');
  const findDenials = prepare<{ key: string }>(
    connection,
    'SELECT key FROM denials WHERE version > ? AND collector <> ?',
  );
  const removeDenials = prepare(
    connection,
    `DELETE FROM denials WHERE at < clock_timestamp() - INTERVAL '${DENIALS_KEPT}'`,
  );
  /** The newest transaction whose changes were read, and that whose denials were. */
  let readUpTo = -1;
  let denialsUpTo = -1;
  /** The collectors that ran at the last claim. */
  let ranBefore = new Set<string>();
  /** By the consumer's id; absent: nobody. */
  const owners = new Map<number, string>();
  /** Consumers that are handed over: nothing more is leased of them. */
  const leaving = new Set<number>();
  const changedShops = new Set<string>();

  const isOwned = ({ id: consumer }: ConsumerState) => owners.get(consumer) === id && !leaving.has(consumer);
  function save(consumer: ConsumerState): void {
    const {
      cursor,
      trustedCursor,
      waiting,
      deadLetters,
      requeuedTo,
      requeueEnd,
      resumedTo,
      resumeEnd,
      fence,
    } = consumer;
    const requeue = [requeuedTo, requeueEnd, resumedTo, resumeEnd] as const;
    const owned = [fence, owners.get(consumer.id) ?? null, consumer.state, version()] as const;
    update.run(consumer.id, cursor, trustedCursor, waiting, deadLetters, ...requeue, ...owned);
  }

  function acquire(consumer: ConsumerState): void {
    const { name, shop, audience } = consumer;
    // What processes without this consumer in their configuration stored is counted, too.
    Object.assign(
      consumer,
      resumed(consumer),
      { fence: consumer.fence + 1 },
      count.get(name, shop, audience),
    );
    owners.set(consumer.id, id);
    save(consumer);
  }

  /** What is under way is settled first. Returns whether the consumer is free. */
  function handOver(consumer: ConsumerState, nowMs: number): boolean {
    const { resumedTo, resumeEnd } = consumer;
    leaving.add(consumer.id);
    if (leased.get(consumer.id, nowMs, resumedTo, resumeEnd)) return false;
    leaving.delete(consumer.id);
    owners.delete(consumer.id);
    save(consumer);
    return true;
  }

  return {
    isOwned,
    save,
    refresh(states) {
      const byName = new Map(states.map((state) => [`${state.shop}\n${state.name}`, state]));
      for (const { owner, name, shop, ...row } of changed.all(readUpTo)) {
        const state = byName.get(`${shop}\n${name}`);
        if (!state) continue;
        if (owner === null) owners.delete(row.id);
        else owners.set(row.id, owner);
        Object.assign(state, row);
        changedShops.add(shop);
      }
      readUpTo = version() - 1;
    },
    forget() {
      readUpTo = -1;
      denialsUpTo = -1;
    },
    recordDenial: (key) => recordDenial.run(version(), id, key),
    foreignDenials() {
      const found = findDenials.all(denialsUpTo, id).map(({ key }) => key);
      denialsUpTo = version() - 1;
      return found;
    },
    claim(consumers, states) {
      const names = JSON.stringify(consumers.map(({ name }) => name));
      const nowMs = register.get(id, aliveMs / 1000, names)?.nowMs ?? 0;
      removeDead.run();
      removeDenials.run();
      const collectors = findRunning
        .all()
        .map((one) => ({ id: one.id, names: new Set<string>(JSON.parse(one.consumers)) }));
      const running = new Set(collectors.map((one) => one.id));
      const hasLeft = [...ranBefore].some((one) => !running.has(one));
      ranBefore = running;
      let isChanged = false;
      for (const consumer of consumers) {
        const able = collectors.filter(({ names }) => names.has(consumer.name)).map((one) => one.id);
        const owner = owners.get(consumer.id);
        const wanted = preferred(able, consumer.name);
        if (wanted === id) leaving.delete(consumer.id);
        if (owner === id && wanted !== id) isChanged = handOver(consumer, nowMs) || isChanged;
        else if (wanted === id && owner !== id && (owner === undefined || !running.has(owner))) {
          acquire(consumer);
          isChanged = true;
        }
        if (isOwned(consumer)) consumer.state = states[consumer.name] ?? consumer.state;
      }
      return { isChanged, nowMs, hasLeft };
    },
    claimJob(job) {
      const { owner = '', fence = 0, ranAtMs = null } = findJob.get(job) ?? {};
      const claim = { job, fence, ...(ranAtMs !== null && { ranAtMs }) };
      if (owner === id) return claim;
      if (findRunning.all().some((one) => one.id === owner)) return undefined;
      putJob.run(job, id, fence + 1);
      return { ...claim, fence: fence + 1 };
    },
    finishJob: ({ job, fence }, nowMs) => finishJob.run(job, fence, nowMs),
    hasJob: ({ job, fence }) => findJob.get(job)?.fence === fence,
    changedShops() {
      const shops = [...changedShops];
      changedShops.clear();
      return shops;
    },
    leave() {
      remove.run(id);
      release.run(id, version());
      releaseJobs.run(id);
    },
  };
}

/** Every collector comes to the same answer, and one that joins or leaves moves only its own share (rendezvous hashing). */
function preferred(collectors: readonly string[], consumer: string): string | undefined {
  const rank = (collector: string) => hash('sha256', `${collector}\0${consumer}`);
  return collectors.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1)).at(0);
}
