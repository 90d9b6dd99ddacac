import { adviceOf } from '../../../shared/advice/advice.ts';
import { ENGLISH } from '../../../shared/advice/english.ts';
import { GroupQuery, type ProblemGroup } from '../../../shared/operator-api/index.ts';
import type { OutcomeGroup, Search } from '../../store/search.ts';
import { parse } from '../parse.ts';
import type { Places } from '../places.ts';
import { isNeverReplayed } from '../replayable.ts';
import { given, settledRangeOf, toIso } from '../times.ts';

/** Dead letters and skipped events, grouped. @throws {HttpError} 400, 404 */
export async function findGroups(
  places: Places,
  search: Pick<Search, 'groups'>,
  query: unknown,
): Promise<ProblemGroup[]> {
  const asked = parse(GroupQuery, query);
  const { shop, destination, state } = asked;
  places.shopsOf(shop);
  const consumers = destination === undefined ? undefined : places.consumersOf(destination, shop);
  const groups = await search.groups({
    ...given({ shop, state, consumers }),
    ...settledRangeOf(asked),
  });
  return groups.map((group) => toGroup(places, group));
}

const NO_ADVICE = { means: '', todo: '' };

function toGroup(places: Places, group: OutcomeGroup): ProblemGroup {
  const { shop, consumer, state, reason, words, count, oldestAtMs, newestAtMs, messageIds } = group;
  return {
    ...{ shop, destination: places.nameOf(consumer), title: places.titleOf(consumer), state, reason },
    ...(words !== undefined && { words }),
    ...{ count, oldestAt: toIso(oldestAtMs), newestAt: toIso(newestAtMs), messageIds },
    advice: adviceOf(ENGLISH, reason) ?? NO_ADVICE,
    canReplay: !isNeverReplayed(reason),
  };
}
