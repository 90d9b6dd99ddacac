import { LogUnavailable } from '../../errors.ts';
import type { Consumer } from '../../store.ts';
import type { MethodsOf } from '../../thread/engine.ts';
import { prepare } from '../prepare.ts';
import { createDescribeOrder } from './describe-order.ts';
import { createFigures } from './figures.ts';
import { createFindEvents } from './find-events.ts';
import { createFindOrders } from './find-orders.ts';
import { createFindPeople } from './find-people.ts';
import { createForget } from './forget.ts';
import { createGroups } from './groups.ts';
import { createIndexEvents } from './index-events.ts';
import { createIndexEvidence } from './index-evidence.ts';
import { createIndexHistory } from './index-history.ts';
import { createIndexTexts } from './index-texts.ts';
import { createIndexedRows } from './indexed-rows.ts';
import { createIndexer, type Indexed, type Progress } from './indexer.ts';
import { createJoinedOrders } from './joined-orders.ts';
import { createMatchEvents } from './match-events.ts';
import { createNames } from './names.ts';
import { createOrderDetail } from './order-detail.ts';
import { createOrderFacts } from './order-facts.ts';
import { createOutcomes } from './outcomes.ts';
import { createRemoveFromIndex } from './remove.ts';
import { createScan } from './scan.ts';
import { createSelect } from './select.ts';
import { createSeries } from './series.ts';
import { createSoughtOrders } from './sought-orders.ts';
import { createStreams } from './streams.ts';
import type { OpenIndex } from './tables.ts';
import { createTallies } from './tallies.ts';
import { createUnjoined } from './unjoined.ts';

/** What every engine of the search is opened with. */
export interface SearchData {
  consumers: readonly Consumer[];
  /** The index begins anew, whatever there is. */
  isRemoved?: boolean;
}

/** The search over an index, kept in step with the log. */
export function createSearch({ consumers }: SearchData, { tables, rebuilt }: OpenIndex) {
  const { connection } = tables;
  const names = createNames(connection);
  tables.onForeignWrite?.(names.forget);
  const figures = createFigures(connection, names);
  const tallies = createTallies(connection);
  const remove = createRemoveFromIndex(connection, tallies);
  const events = createIndexEvents(connection, names, figures, remove);
  const evidence = createIndexEvidence(connection, names);
  const history = createIndexHistory(connection, { names, figures, tallies, events });
  const texts = createIndexTexts(connection);
  const facts = createOrderFacts(connection);
  const indexer = createIndexer(tables, { names, figures, events, evidence, history, texts, facts });
  const streams = createStreams(connection);
  const outcomes = createOutcomes(connection, names, consumers);
  const matchEvents = createMatchEvents(connection, { names, streams, outcomes });
  const scan = createScan(tables, { names, indexer, matchEvents });
  const unjoined = createUnjoined(connection, names);
  const findEvents = createFindEvents(connection, { outcomes, scan, unjoined });
  const soughtOrders = createSoughtOrders(connection, { names, streams });
  const describeOrder = createDescribeOrder(connection, { names, streams, outcomes, facts });
  const findOrders = createFindOrders(connection, { outcomes, scan, describeOrder, unjoined, soughtOrders });
  const orderDetail = createOrderDetail(connection, {
    ...{ facts, streams, names, scan, outcomes, describeOrder, findEvents, unjoined },
  });
  const { forget, purge, retain } = createForget(tables, {
    names,
    events,
    evidence,
    remove,
    streams,
    texts,
  });
  const personRows = createIndexedRows(connection, { names, streams, indexer, texts });
  let isDamaged = false;
  let isStopping = false;

  /** Damage that a call runs into is reported by the next step, which is answered by building the index anew. */
  function guarded<Args extends unknown[], Result>(job: (...args: Args) => Generator<undefined, Result>) {
    return function* (...args: Args): Generator<undefined, Result> {
      try {
        const steps = job(...args);
        for (;;) {
          const step = steps.next();
          if (step.done) return step.value;
          if (isStopping) throw new LogUnavailable('the search is closed');
          yield;
        }
      } catch (error) {
        if (tables.isDamage(error)) isDamaged = true;
        throw error;
      }
    };
  }
  /** A call that takes one step, after the calls that wait already. */
  const once = <Args extends unknown[], Result>(call: (...args: Args) => Result) =>
    guarded(function* (...args: Args): Generator<undefined, Result> {
      yield;
      return call(...args);
    });
  const lastSeq = prepare<{ seq: number | null }>(connection, 'SELECT max(seq) AS seq FROM store.events');
  const lagOf = ({ seq }: Progress) => Math.max(0, (lastSeq.get()?.seq ?? 0) - seq);

  return {
    // These read memory alone.
    transaction: <T>(work: () => T): T => work(),
    reads: {
      opened: () => ({ rebuilt }),
      isDamaged: () => isDamaged,
      /** Ends long work at its next step. */
      stop() {
        isStopping = true;
      },
    },
    writes: {},
    jobs: {
      index: once((): Indexed => indexer.step()),
      /** The same where another process adds to the index. */
      look: once((): Indexed => {
        const progress = indexer.progress();
        return { ...progress, hasMore: lagOf(progress) > 0 || scan.isLate() };
      }),
      indexedUntil: once(() => {
        const progress = indexer.progress();
        return { ...progress, lag: lagOf(progress) };
      }),
      events: guarded(findEvents.events),
      event: guarded(findEvents.event),
      orders: guarded(findOrders.orders),
      order: once(orderDetail),
      orderDay: guarded(findOrders.orderDay),
      joinedOrders: once(createJoinedOrders(connection)),
      person: guarded(createFindPeople(connection, personRows)),
      groups: guarded(createGroups(connection, { names, outcomes })),
      select: guarded(createSelect({ outcomes, scan, indexer })),
      ...figureCalls(createSeries(connection, outcomes)),
      forget: guarded(forget),
      purge: guarded(purge),
      retain: guarded(retain),
    },
    close: tables.close,
  };

  function figureCalls({ series, matchQuality }: ReturnType<typeof createSeries>) {
    return { series: once(series), matchQuality: once(matchQuality) };
  }
}

export type SearchMethods = MethodsOf<ReturnType<typeof createSearch>>;
