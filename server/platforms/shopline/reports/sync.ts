import type { ShopState, Synced } from '../../../analytics/state.ts';
import type { Shop, ShoplineAdmin } from '../../../config/config.ts';
import type { Clock } from '../../../lib/clock.ts';
import { oneAtATime } from '../../../lib/one-at-a-time.ts';
import type { Counters } from '../../../observe/counters.ts';
import type { Logger } from '../../../observe/log.ts';
import type { AdminApi } from '../admin/api.ts';
import { createDrafts, type Draft, isOf, type Kind, misfitOf } from './drafts.ts';
import { type SendResult, sendAll } from './send.ts';
import type { SyncOutcome, SyncReport } from './sync-report.ts';

export interface SyncParts {
  shop: Pick<Shop, 'id' | 'statistics'>;
  admin: ShoplineAdmin;
  api: AdminApi;
  state: Pick<
    ShopState,
    'changed' | 'unmarkChanged' | 'marketingTotals' | 'flowTotals' | 'synced' | 'noteSynced'
  >;
  clock: Clock;
  counters: Counters;
  logger: Logger;
}

export interface Sync {
  /**
   * Reports to SHOPLINE what changed since it was accepted last. One at a time: who asks during a report shares the one
   * that follows, which knows all that was counted when they asked.
   */
  run(): Promise<SyncReport>;
}

/** What is noted of a target whose report is under way, and stays if the program ends meanwhile. */
const UNANSWERED = 'reported, and not answered yet';

/**
 * Marks and notes are so ordered that a crash anywhere, or totals that change at any moment, cost a report too many and
 * never one too few:
 *
 * 1. a changed target is noted as unanswered. From here on a restart reports it, whatever happens to its mark;
 * 2. its mark is taken away. Whatever is counted from here on marks it again;
 * 3. its totals are read, so they hold everything the mark stood for, and sent;
 * 4. what was accepted is noted, and no longer as unanswered. What was not keeps an error, and is sent the next time.
 *
 * To take the mark away after the answer would wipe out a newer one.
 */
export function createSync(parts: SyncParts): Sync {
  const { shop, api, state, clock, counters, logger } = parts;
  const drafts = createDrafts(parts);
  /** Until a report was complete: FLOWS may be other than it was before the restart. */
  let isFirst = true;
  /**
   * Digests of what was refused by itself. Anyone can make a link with a marketing event that SHOPLINE does not know; such
   * are kept apart, so that they cost a call for fifty and not a call each, every time.
   */
  const refused = new Map<string, string>();

  async function report(): Promise<SyncReport> {
    const result = { shop: shop.id, marketing: nothingSent(), flows: nothingSent() };
    const done = new Set<string>();
    let failure: string | undefined;
    // Several rounds, for reading totals settles who is credited, which may change further targets.
    while (failure === undefined) {
      const known = new Map((await state.synced(shop.id)).map((row) => [row.target, row]));
      const marked = await state.changed(shop.id);
      const targets = [...new Set([...marked, ...unfinished(known.values())])].filter(
        (target) => drafts.canReport(target) && !done.has(target),
      );
      if (targets.length === 0) break;
      for (const target of targets) done.add(target);
      failure = await reportThese(targets, known, result);
    }
    if (failure === undefined) isFirst = false;
    return result;
  }

  /** What needs no mark to be looked at: what was not accepted, and flows that may be configured otherwise by now. */
  const unfinished = (rows: Iterable<Synced>): string[] => [
    ...[...rows]
      .filter(
        (row) => row.error !== undefined || drafts.hasGone(row) || (isFirst && isOf('flow', row.target)),
      )
      .map(({ target }) => target),
    // A flow that is quiet so far is told of once, with zeros.
    ...(isFirst ? drafts.configured() : []),
  ];

  /** Answers the words of a failure that ended it early. */
  async function reportThese(
    targets: readonly string[],
    known: ReadonlyMap<string, Synced>,
    result: SyncReport,
  ): Promise<string | undefined> {
    const at = now();
    const before = (target: string): Synced => known.get(target) ?? { target, nodes: [], at };
    await noteRows(targets.map((target) => ({ ...before(target), at, error: UNANSWERED })));
    await state.unmarkChanged(shop.id, targets);
    const found = await drafts.of(targets, known, clock.now());
    const { open = [], same = [] } = Object.groupBy(found, (draft) =>
      isAccepted(draft, before(draft.target)) ? 'same' : 'open',
    );
    const isUnknown = (target: string) => !found.some((draft) => draft.target === target);
    await noteRows([
      ...same.map(({ target }) => before(target)),
      ...targets.filter(isUnknown).map((target) => withoutError(before(target))),
    ]);

    const { fit = [], unfit = [] } = Object.groupBy(open, (draft) => (misfitOf(draft) ? 'unfit' : 'fit'));
    for (const draft of unfit)
      await note(
        [draft],
        { kind: 'refused', words: misfitOf(draft) ?? '', taken: 0 },
        before,
        outcomeOf(result, draft),
      );
    let failure: string | undefined;
    for (const kind of ['marketing', 'flow'] as const) {
      const some = fit.filter((draft) => draft.kind === kind);
      const { fresh = [], suspect = [] } = Object.groupBy(some, ({ target, digest }) =>
        refused.get(target) === digest ? 'suspect' : 'fresh',
      );
      failure = await send(kind, fresh, before, result, { areSuspect: false, failed: failure });
      failure = await send(kind, suspect, before, result, { areSuspect: true, failed: failure });
    }
    return failure;
  }

  /** @param options `failed`: why a call before this ended everything. */
  async function send(
    kind: Kind,
    some: readonly Draft[],
    before: (target: string) => Synced,
    result: SyncReport,
    { areSuspect, failed }: { areSuspect: boolean; failed: string | undefined },
  ): Promise<string | undefined> {
    const outcome = outcomeOf(result, { kind });
    if (failed !== undefined) {
      await note(some, { kind: 'failed', words: failed }, before, outcome);
      return failed;
    }
    const traced: AdminApi = {
      async call(request) {
        const answer = await api.call(request);
        const { traceid: traceId } = answer.headers;
        if (traceId !== undefined) outcome.traceIds.push(traceId);
        logger.info(
          { shop: shop.id, report: kind, status: answer.status, traceId },
          'SHOPLINE was told statistics',
        );
        return answer;
      },
    };
    return sendAll(traced, drafts.calls[kind], some, areSuspect, async (those, fate, wasSent) => {
      if (wasSent) outcome.sent += those.length;
      if (fate.kind === 'refused') for (const { target, digest } of those) refused.set(target, digest);
      else for (const { target } of those) refused.delete(target);
      await note(those, fate, before, outcome);
    });
  }

  async function note(
    some: readonly Draft[],
    fate: SendResult,
    before: (target: string) => Synced,
    outcome: SyncOutcome,
  ): Promise<void> {
    const at = now();
    const trace = fate.traceId === undefined ? {} : { traceId: fate.traceId };
    await noteRows(
      some.map(({ target, digest, nodes }) =>
        fate.kind === 'accepted'
          ? { target, digest, nodes, at, ...trace }
          : { ...before(target), at, ...trace, error: fate.words },
      ),
    );
    for (const { kind } of some)
      counters.count('statistics_syncs', { shop: shop.id, report: kind, outcome: fate.kind });
    if (fate.kind === 'accepted') {
      outcome.accepted += some.length;
      return;
    }
    for (const { id } of some) outcome.errors.push({ id, answer: fate.words });
    if (some.length > 0)
      logger.warn(
        { shop: shop.id, targets: some.length, answer: fate.words },
        'statistics not accepted; will be sent again',
      );
  }

  const noteRows = async (rows: readonly Synced[]) => {
    if (rows.length > 0) await state.noteSynced(shop.id, rows);
  };
  const now = () => new Date(clock.now()).toISOString();
  return { run: oneAtATime(report) };
}

const nothingSent = (): SyncOutcome => ({ sent: 0, accepted: 0, errors: [], traceIds: [] });
const outcomeOf = (result: SyncReport, { kind }: Pick<Draft, 'kind'>) =>
  kind === 'flow' ? result.flows : result.marketing;
const withoutError = ({ error: _, ...row }: Synced): Synced => row;

/** After a try that was not accepted, nobody can tell what SHOPLINE holds. */
const isAccepted = ({ digest }: Draft, before: Synced) =>
  before.error === undefined && before.digest === digest;
