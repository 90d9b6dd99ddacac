import type { AnalyticsStore, Synced } from '../../../analytics/store.ts';
import type { Shop, ShoplineAdmin } from '../../../config/config.ts';
import type { Clock } from '../../../lib/clock.ts';
import { oneAtATime } from '../../../lib/one-at-a-time.ts';
import type { Counters } from '../../../observe/counters.ts';
import type { Logger } from '../../../observe/log.ts';
import type { SyncOutcome, SyncReport } from '../../sync-report.ts';
import type { AdminApi } from '../admin/api.ts';
import { createDrafts, type Draft, invalidReason, isOf, type Kind } from './drafts.ts';
import { createProbes, type Probes } from './probes.ts';
import { type SendResult, sendAll } from './send.ts';

export interface SyncParts {
  shop: Pick<Shop, 'id' | 'statistics'>;
  admin: ShoplineAdmin;
  api: AdminApi;
  state: Pick<
    AnalyticsStore,
    'dirtyTargets' | 'clearDirtyTargets' | 'marketingTotals' | 'flowTotals' | 'synced' | 'recordSynced'
  >;
  clock: Clock;
  counters: Counters;
  logger: Logger;
}

export interface Sync {
  /**
   * Reports to SHOPLINE what changed since the last accepted report. Runs never overlap: calls during a run share the
   * next one, which includes everything counted before the call.
   */
  run(): Promise<SyncReport>;
}

/** Stored as the error of a target while its report is in flight; remains when the process ends meanwhile. */
const UNANSWERED = 'reported, and not answered yet';

/**
 * The order of the steps makes sure that a crash, or totals that change at any moment, causes a redundant report and
 * never a missing one:
 *
 * 1. a changed target is recorded as unanswered. From here on a restart reports it, with or without its dirty mark;
 * 2. its dirty mark is removed. Anything counted from here on marks it again;
 * 3. its totals are read, so they include everything the mark stood for, and sent;
 * 4. an accepted target is recorded as such. Any other keeps an error and is sent again by the next run.
 *
 * Removing the mark after the answer would remove a newer one.
 */
export function createSync(parts: SyncParts): Sync {
  const { shop, api, state, clock, counters, logger } = parts;
  const drafts = createDrafts(parts);
  /** Until one report is complete: FLOWS may have changed during the restart. */
  let isFirst = true;
  /**
   * Digests of items that were refused on their own. Anyone can create a link with a marketing event unknown to SHOPLINE;
   * such items are sent apart from others, so that they cost one call for fifty and not one call each on every run.
   */
  const refused = new Map<string, string>();

  async function report(): Promise<SyncReport> {
    const result = { shop: shop.id, marketing: nothingSent(), flows: nothingSent() };
    const done = new Set<string>();
    const probes = createProbes(shop.statistics.rules);
    let failure: string | undefined;
    // Several rounds: reading totals attributes pending orders, which may change further targets.
    while (failure === undefined) {
      const known = new Map((await state.synced(shop.id)).map((row) => [row.target, row]));
      const marked = await state.dirtyTargets(shop.id);
      const changed = [...new Set([...marked, ...unfinished(known.values())])].filter(
        (target) => drafts.canReport(target) && !done.has(target),
      );
      const targets = probes.select(changed, known);
      if (targets.length === 0) break;
      for (const target of targets) done.add(target);
      failure = await reportThese(targets, known, probes, result);
    }
    if (failure === undefined) isFirst = false;
    return result;
  }

  /** Targets to report without a dirty mark: those not accepted, and flows whose configuration may have changed. */
  const unfinished = (rows: Iterable<Synced>): string[] => [
    ...[...rows]
      .filter(
        (row) =>
          row.error !== undefined || drafts.hasRemovedNodes(row) || (isFirst && isOf('flow', row.target)),
      )
      .map(({ target }) => target),
    // A configured flow without any activity is reported once, with zeros.
    ...(isFirst ? drafts.configured() : []),
  ];

  /** @returns the answer of the failure that ended it early. */
  async function reportThese(
    targets: readonly string[],
    known: ReadonlyMap<string, Synced>,
    { isKnown }: Probes,
    result: SyncReport,
  ): Promise<string | undefined> {
    const at = now();
    const before = (target: string): Synced => known.get(target) ?? { target, nodes: [], at };
    await recordRows(targets.map((target) => ({ ...before(target), at, error: UNANSWERED })));
    await state.clearDirtyTargets(shop.id, targets);
    const found = await drafts.of(targets, known, clock.now());
    const { open = [], same = [] } = Object.groupBy(found, (draft) =>
      isAccepted(draft, before(draft.target)) ? 'same' : 'open',
    );
    const isUnknown = (target: string) => !found.some((draft) => draft.target === target);
    await recordRows([
      ...same.map(({ target }) => before(target)),
      ...targets.filter(isUnknown).map((target) => withoutError(before(target))),
    ]);

    const { valid = [], invalid = [] } = Object.groupBy(open, (draft) =>
      invalidReason(draft) ? 'invalid' : 'valid',
    );
    for (const draft of invalid) {
      const refusal = { kind: 'refused', answer: invalidReason(draft) ?? '', accepted: 0 } as const;
      await record([draft], refusal, before, outcomeOf(result, draft));
    }
    let failure: string | undefined;
    for (const kind of ['marketing', 'flow'] as const) {
      const some = valid.filter((draft) => draft.kind === kind);
      const {
        sure = [],
        fresh = [],
        suspect = [],
      } = Object.groupBy(some, ({ target, digest }) => {
        if (refused.get(target) === digest) return 'suspect';
        return isKnown(target, known.get(target)) ? 'sure' : 'fresh';
      });
      failure = await send(kind, sure, before, result, { areSuspect: false, failed: failure });
      failure = await send(kind, fresh, before, result, { areSuspect: false, failed: failure });
      failure = await send(kind, suspect, before, result, { areSuspect: true, failed: failure });
    }
    return failure;
  }

  /** @param options `failed`: the answer of an earlier failure, after which nothing more is sent. */
  async function send(
    kind: Kind,
    some: readonly Draft[],
    before: (target: string) => Synced,
    result: SyncReport,
    { areSuspect, failed }: { areSuspect: boolean; failed: string | undefined },
  ): Promise<string | undefined> {
    const outcome = outcomeOf(result, { kind });
    if (failed !== undefined) {
      await record(some, { kind: 'failed', answer: failed }, before, outcome);
      return failed;
    }
    const traced: AdminApi = {
      async call(request) {
        const answer = await api.call(request);
        const { traceid: traceId } = answer.headers;
        if (traceId !== undefined) outcome.traceIds.push(traceId);
        logger.info(
          { shop: shop.id, report: kind, status: answer.status, traceId },
          'statistics reported to SHOPLINE',
        );
        return answer;
      },
    };
    return sendAll(traced, drafts.calls[kind], some, areSuspect, async (those, sendResult, wasSent) => {
      if (wasSent) outcome.sent += those.length;
      if (sendResult.kind === 'refused') for (const { target, digest } of those) refused.set(target, digest);
      else for (const { target } of those) refused.delete(target);
      await record(those, sendResult, before, outcome);
    });
  }

  async function record(
    some: readonly Draft[],
    sendResult: SendResult,
    before: (target: string) => Synced,
    outcome: SyncOutcome,
  ): Promise<void> {
    const at = now();
    const trace = sendResult.traceId === undefined ? {} : { traceId: sendResult.traceId };
    await recordRows(
      some.map(({ target, digest, nodes, newestAtMs }) =>
        sendResult.kind === 'accepted'
          ? { target, digest, nodes, newestAtMs, at, ...trace }
          : { ...before(target), at, ...trace, error: sendResult.answer },
      ),
    );
    for (const { kind } of some)
      counters.count('statistics_syncs', { shop: shop.id, report: kind, outcome: sendResult.kind });
    if (sendResult.kind === 'accepted') {
      outcome.accepted += some.length;
      return;
    }
    for (const { id } of some) outcome.errors.push({ id, answer: sendResult.answer });
    if (some.length > 0)
      logger.warn(
        { shop: shop.id, targets: some.length, answer: sendResult.answer },
        'SHOPLINE did not accept statistics; sending them again later',
      );
  }

  const recordRows = async (rows: readonly Synced[]) => {
    if (rows.length > 0) await state.recordSynced(shop.id, rows);
  };
  const now = () => new Date(clock.now()).toISOString();
  return { run: oneAtATime(report) };
}

const nothingSent = (): SyncOutcome => ({ sent: 0, accepted: 0, errors: [], traceIds: [] });
const outcomeOf = (result: SyncReport, { kind }: Pick<Draft, 'kind'>) =>
  kind === 'flow' ? result.flows : result.marketing;
const withoutError = ({ error: _, ...row }: Synced): Synced => row;

/** After an attempt that was not accepted, what SHOPLINE holds is unknown. */
const isAccepted = ({ digest }: Draft, before: Synced) =>
  before.error === undefined && before.digest === digest;
