import { type Response, Router } from 'express';
import type { z } from 'zod';
import { ActionRequest } from '../../../shared/operator-api/index.ts';
import type { Search, Selected } from '../../store/search.ts';
import type { Store } from '../../store/store.ts';
import { recordSteps } from '../audit.ts';
import { parse } from '../parse.ts';
import type { Places } from '../places.ts';
import { isNeverReplayed } from '../replayable.ts';
import { findGroups } from './groups.ts';
import { eachPage, selectionWords, toSelection } from './selection.ts';
import { createTally, type Tally } from './tally.ts';

interface ProblemParts {
  places: Places;
  search: Pick<Search, 'groups' | 'select'>;
  log: Pick<Store, 'requeue' | 'discardDeadLetters' | 'beginAction' | 'endAction'>;
}

/** What was not delivered, grouped; sending it again, and discarding it. */
export function problemRoutes({ places, search, log }: ProblemParts): Router {
  const admin = Router();

  /** Answers with what `work` counts. What changes something is recorded, and `work` is given the id of the record. */
  async function answer(
    action: 'replay' | 'discard',
    response: Response,
    { selection, note, dryRun }: z.output<typeof ActionRequest>,
    work: (tally: Tally, action?: number) => Promise<void>,
  ): Promise<void> {
    const tally = createTally(places);
    const remark = note === undefined ? {} : { remark: note };
    const entry = { action, selection: selectionWords(selection), ...remark };
    if (dryRun) await work(tally);
    else await recordSteps(log, response, entry, (id) => work(tally, id));
    response.json(tally.answer(dryRun));
  }

  admin.get('/dead-letters/groups', async (request, response) => {
    response.json({ groups: await findGroups(places, search, request.query) });
  });

  /**
   * Requeues what is selected, but not what only a browser claims and what was denied. Consent is asked once more when it
   * is leased.
   */
  admin.post('/replay', async (request, response) => {
    const asked = parse(ActionRequest, request.body);
    const { selection: wanted, dryRun } = asked;
    const isNamed = wanted.ids ?? wanted.order ?? wanted.reason;
    const selection = toSelection(places, wanted, isNamed === undefined ? ['dead'] : ['dead', 'skipped']);
    await answer('replay', response, asked, async (tally, action) => {
      for await (const { selected, historyId } of eachPage(search, selection)) {
        const allowed = selected.filter(({ reason }) => !isNeverReplayed(reason));
        for (const { reason } of selected) if (isNeverReplayed(reason)) tally.refused(reason ?? '', 1);
        for (const { consumer, isDead, seqs } of alike(allowed)) {
          if (dryRun) tally.done(consumer, seqs.length);
          else {
            const options = {
              shown: { isDead, historyId },
              ...(action !== undefined && { action }),
            };
            const { requeued, queued, notFound, changed } = await log.requeue(consumer, seqs, options);
            tally.done(consumer, requeued);
            tally.refused('waiting', queued);
            tally.refused('removed', notFound);
            tally.refused('changed', changed);
          }
        }
      }
    });
  });

  admin.post('/discard', async (request, response) => {
    const asked = parse(ActionRequest, request.body);
    const { selection: wanted, dryRun } = asked;
    const selection = toSelection(places, wanted, ['dead']);
    await answer('discard', response, asked, async (tally, action) => {
      for await (const { selected } of eachPage(search, selection))
        for (const { consumer, isDead, seqs } of alike(selected)) {
          if (!isDead) tally.refused('no-dead-letter', seqs.length);
          else if (dryRun) tally.done(consumer, seqs.length);
          else tally.done(consumer, await log.discardDeadLetters({ consumer, seqs }, action));
        }
    });
  });
  return admin;
}

/** Of one consumer, dead letters or not. */
interface Alike {
  consumer: string;
  isDead: boolean;
  seqs: number[];
}

const alike = (selected: readonly Selected[]): Alike[] =>
  [...Map.groupBy(selected, ({ consumer, state }) => `${state === 'dead'} ${consumer}`).values()].map(
    (some) => ({
      consumer: some[0]?.consumer ?? '',
      isDead: some[0]?.state === 'dead',
      seqs: some.map(({ seq }) => seq),
    }),
  );
