import { useState } from 'preact/hooks';
import type { GroupList, ProblemGroup, Selection } from '../../../shared/operator-api/index.ts';
import { pick } from '../api.ts';
import { useConsole } from '../context.ts';
import { Filters } from '../parts/filters.tsx';
import { Empty, Loading } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { Prose } from '../parts/prose.tsx';
import { Pill } from '../parts/state.tsx';
import { hrefOf, type Place } from '../place.ts';
import { useData } from '../use-data.ts';
import { reasonOf } from '../words/reason.ts';
import { ActionDialog } from './action-dialog.tsx';
import { optionsOf } from './options.ts';
import { RangeDialog } from './range-dialog.tsx';

type Asked = { action: 'replay' | 'discard'; selection: Selection };
const FILTER = ['destination', 'state', 'settledFrom', 'settledTo'];

/** Dead letters and skipped events by destination and reason: what each means, what is inside, and what can be done. */
export function Problems({ place }: { place: Place }) {
  const { api, shop, words } = useConsole();
  const [asked, setAsked] = useState<Asked>();
  const [isRange, setRange] = useState(false);
  const filter = { shop: shop.id, ...pick(place.query, FILTER) };
  const found = useData(JSON.stringify(filter), (signal) =>
    api.get<GroupList>('admin/dead-letters/groups', filter, signal),
  );
  const w = words.problems;
  const isFiltered = FILTER.some((name) => place.query[name]);
  return (
    <Page
      title={words.views.problems}
      lead={w.lead}
      actions={
        <button type="button" class="quiet" onClick={() => setRange(true)} data-test="send-range">
          {w.sendRange}
        </button>
      }
    >
      <Filters
        place={place}
        fields={[
          {
            name: 'destination',
            label: words.common.destination,
            options: optionsOf(words, shop).destinations,
          },
          {
            name: 'state',
            label: w.kind,
            options: [
              ['dead', words.states.dead],
              ['skipped', words.states.skipped],
            ],
          },
          { name: 'settledFrom', label: words.common.from, kind: 'time' },
          { name: 'settledTo', label: words.common.to, kind: 'time' },
        ]}
      />
      <Loading of={found}>
        {({ groups }) => (
          <>
            {groups.length === 0 && (
              <Empty title={isFiltered ? words.common.nothingFound : w.empty}>
                {isFiltered ? words.common.widen : w.emptyMore}
              </Empty>
            )}
            {(['dead', 'skipped'] as const).map((state) => {
              const own = groups.filter((group) => group.state === state);
              return own.length === 0 ? null : (
                <section key={state} aria-labelledby={`groups-${state}`}>
                  <h2 id={`groups-${state}`} class="section-head">
                    {w.sections[state]}
                  </h2>
                  {own.map((group) => (
                    <Group key={keyOf(group)} {...{ group, place, setAsked }} />
                  ))}
                </section>
              );
            })}
          </>
        )}
      </Loading>
      {isRange && <RangeDialog onClose={() => setRange(false)} onChosen={setAsked} />}
      {asked && <ActionDialog {...asked} onClose={() => setAsked(undefined)} onDone={found.reload} />}
    </Page>
  );
}

const keyOf = ({ shop, destination, state, reason, words }: ProblemGroup) =>
  JSON.stringify([shop, destination, state, reason, words]);

interface GroupProps {
  group: ProblemGroup;
  place: Place;
  setAsked: (asked: Asked) => void;
}

function Group({ group, place, setAsked }: GroupProps) {
  const { words, format } = useConsole();
  const w = words.problems;
  const { shop, destination, title, state, reason, count } = group;
  const { settledFrom, settledTo } = place.query;
  const own = {
    ...{ shop, destination, reason },
    ...(state === 'dead' && { words: group.words ?? '' }),
    ...(settledFrom && { settledFrom }),
    ...(settledTo && { settledTo }),
  };
  const selection: Selection = { ...own, state };
  const texts = reasonOf(words, reason);
  const { colon, comma, quoted } = words.common;
  const of = `${colon}${title}${comma}${texts.title}`;
  const inside = hrefOf(['events'], { ...own, outcome: state });
  return (
    <article class="group" data-test="group" data-state-of={state} data-reason={reason}>
      <div class="group-count">
        <a href={inside} aria-label={w.inside(format.number(count), title)}>
          {format.number(count)}
        </a>
      </div>
      <div class="group-body">
        <h3>
          {title} <Pill state={state}>{texts.title}</Pill>
        </h3>
        {group.words && <p class="api-words">{quoted(group.words)}</p>}
        <p>
          <Prose text={texts.means || group.advice.means} />
        </p>
        <p class="todo">
          <Prose text={texts.todo || group.advice.todo} />
        </p>
        <p class="soft">
          {w.between(format.time(group.oldestAt), format.time(group.newestAt))} · {w.examples}{' '}
          {group.messageIds.slice(0, 3).map((id) => (
            <a
              key={id}
              class="id is-sample"
              title={id}
              href={hrefOf(['events', id], { shop: place.query.shop })}
            >
              {id}
            </a>
          ))}
        </p>
      </div>
      <div class="group-actions">
        {group.canReplay ? (
          <button
            type="button"
            onClick={() => setAsked({ action: 'replay', selection })}
            data-test="group-replay"
            aria-label={`${words.actions.sendAgain}${of}`}
          >
            {words.actions.sendAgain}
          </button>
        ) : (
          <small class="soft">{w.notInGroup}</small>
        )}
        {state === 'dead' && (
          <button
            type="button"
            class="quiet"
            onClick={() => setAsked({ action: 'discard', selection })}
            aria-label={`${words.actions.discard}${of}`}
          >
            {words.actions.discard}
          </button>
        )}
        <a href={inside}>{w.lookInside}</a>
      </div>
    </article>
  );
}
