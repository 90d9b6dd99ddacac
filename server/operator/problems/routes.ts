import { type Response, Router } from 'express';
import type { z } from 'zod';
import { ActionRequest } from '../../../shared/operator-api/index.ts';
import type { Search, Selected } from '../../store/search.ts';
import type { Store } from '../../store/store.ts';
import { record } from '../audit.ts';
import { parse } from '../parse.ts';
import type { Places } from '../places.ts';
import { isNeverReplayed } from '../replayable.ts';
import { findGroups } from './groups.ts';
import { eachPage, selectionWords, toSelection } from './selection.ts';
import { createTally, type Tally } from './tally.ts';

interface ProblemParts {
  places: Places;
  search: Pick<Search, 'groups' | 'select'>;
  log: Pick<Store, 'requeue' | 'discardDeadLetters' | 'addAudit'>;
}

/** What was not delivered, grouped; sending it again, and discarding it. */
export function problemRoutes({ places, search, log }: ProblemParts): Router {
  const admin = Router();

  /** Answers with what `work` counts, and records it; of one that fails midway what it reached. */
  async function answer(
    action: 'replay' | 'discard',
    response: Response,
    { selection, note, dryRun }: z.output<typeof ActionRequest>,
    work: (tally: Tally) => Promise<void>,
  ): Promise<void> {
    const tally = createTally(places);
    try {
      await work(tally);
    } finally {
      const { count } = tally.answer(dryRun);
      const remark = note === undefined ? {} : { remark: note };
      if (!dryRun)
        await record(log, response, { action, selection: selectionWords(selection), count, ...remark });
    }
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
    await answer('replay', response, asked, async (tally) => {
      for await (const page of eachPage(search, selection)) {
        const allowed = page.filter(({ reason }) => !isNeverReplayed(reason));
        for (const { reason } of page) if (isNeverReplayed(reason)) tally.refused(reason ?? '', 1);
        for (const [consumer, seqs] of byConsumer(allowed)) {
          if (dryRun) tally.done(consumer, seqs.length);
          else {
            const { requeued, queued, notFound } = await log.requeue(consumer, seqs);
            tally.done(consumer, requeued);
            tally.refused('waiting', queued);
            tally.refused('removed', notFound);
          }
        }
      }
    });
  });

  admin.post('/discard', async (request, response) => {
    const asked = parse(ActionRequest, request.body);
    const { selection: wanted, dryRun } = asked;
    const selection = toSelection(places, wanted, ['dead']);
    await answer('discard', response, asked, async (tally) => {
      for await (const page of eachPage(search, selection)) {
        const dead = page.filter(({ state }) => state === 'dead');
        tally.refused('no-dead-letter', page.length - dead.length);
        for (const [consumer, seqs] of byConsumer(dead))
          tally.done(consumer, dryRun ? seqs.length : await log.discardDeadLetters({ consumer, seqs }));
      }
    });
  });
  return admin;
}

const byConsumer = (selected: readonly Selected[]): [consumer: string, seqs: number[]][] =>
  [...Map.groupBy(selected, ({ consumer }) => consumer)].map(([consumer, some]) => [
    consumer,
    some.map(({ seq }) => seq),
  ]);
