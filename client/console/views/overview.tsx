import { useEffect, useRef, useState } from 'preact/hooks';
import type { DestinationNow, Overview as OverviewAnswer } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Chart } from '../parts/chart.tsx';
import { Empty, Loading } from '../parts/loading.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { Ranges } from '../parts/ranges.tsx';
import { hrefOf, type Place } from '../place.ts';
import { useData } from '../use-data.ts';
import { useStream } from '../use-stream.ts';
import { DestinationCard } from './destination-card.tsx';
import { EventTable } from './event-table.tsx';
import { RANGES, rangeOf } from './ranges.ts';
import { Storage } from './storage.tsx';
import { useLive } from './use-live.ts';

/** Names beyond these are one series. */
const MAX_NAMES = 5;
const RELOAD_MS = 5_000;

/** Events and deliveries over time, as they are now, and the latest events, live. */
export function Overview({ place }: { place: Place }) {
  const { api, shop, words } = useConsole();
  const range = rangeOf(place.query.range);
  const { ms, step } = RANGES[range];
  const found = useData(`${shop.id} ${range}`, (signal) => {
    const from = new Date(Date.now() - ms).toISOString();
    return api.get<OverviewAnswer>('admin/overview', { shop: shop.id, from, step }, signal);
  });
  const [now, setNow] = useState<readonly DestinationNow[]>([]);
  const live = useLive(true);
  useStream({ onStatus: ({ destinations }) => setNow(destinations.filter((one) => one.shop === shop.id)) });
  useThrottled(found.reload, live.rows.length === 0 ? '' : JSON.stringify(live.rows[0]));
  const w = words.overview;
  return (
    <Page
      title={words.views.overview}
      actions={
        <>
          <span class="live-dot" data-live={live.isLive} data-test="live">
            {live.isLive ? words.events.live : words.events.connecting}
          </span>
          <Ranges
            label={w.range}
            place={place}
            name="range"
            current={range}
            options={Object.entries(w.ranges)}
          />
        </>
      }
    >
      <Loading of={found}>
        {(overview) => (
          <>
            <EventsChart overview={overview} />
            <div class="cards">
              {overview.destinations.map((series) => (
                <DestinationCard
                  key={series.destination}
                  series={{ ...series, ...now.find(({ destination }) => destination === series.destination) }}
                  overview={overview}
                  place={place}
                />
              ))}
            </div>
            <Latest rows={live.rows} place={place} />
            <Storage overview={overview} />
          </>
        )}
      </Loading>
    </Page>
  );
}

function EventsChart({ overview: { events, times, stepMs } }: { overview: OverviewAnswer }) {
  const { words, format } = useConsole();
  const w = words.overview;
  const perMinute = 60_000 / stepMs;
  const total = (values: readonly (number | null)[]) =>
    values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const sorted = events.toSorted((a, b) => total(b.counts) - total(a.counts));
  const others = sorted.slice(MAX_NAMES);
  const rest = times.map((_, index) => others.reduce((sum, { counts }) => sum + (counts[index] ?? 0), 0));
  const named = sorted.slice(0, MAX_NAMES).map(({ name, counts }) => ({ name, counts }));
  const shown = others.length > 0 ? [...named, { name: w.otherNames(others.length), counts: rest }] : named;
  const sum = total(events.flatMap(({ counts }) => counts));
  return (
    <Panel title={w.eventsPerMinute} aside={<span class="soft">{w.inAll(format.number(sum))}</span>}>
      {sum === 0 ? (
        <Empty title={w.quiet}>{w.quietMore}</Empty>
      ) : (
        <Chart
          title={w.eventsPerMinute}
          kind="bars"
          times={times}
          series={shown.map(({ name, counts }) => ({
            name,
            values: counts.map((count) => count * perMinute),
          }))}
          show={(value) => format.number(value, value < 10 ? 1 : 0)}
          summary={({ values }) => format.number(total(values) / perMinute)}
        />
      )}
    </Panel>
  );
}

/** The latest events of the store when the view opens, then those of the stream. */
function Latest({ rows, place }: { rows: Parameters<typeof EventTable>[0]['rows']; place: Place }) {
  const { api, shop, words } = useConsole();
  const found = useData(shop.id, (signal) =>
    api.get<{ events: typeof rows }>('admin/events', { shop: shop.id, limit: 8 }, signal),
  );
  const ids = new Set(rows.map(({ messageId }) => messageId));
  const latest = [
    ...rows,
    ...(found.data?.events.filter(({ messageId }) => !ids.has(messageId)) ?? []),
  ].slice(0, 8);
  if (latest.length === 0) return null;
  return (
    <Panel
      title={words.overview.latest}
      aside={<a href={hrefOf(['events'], { shop: place.query.shop })}>{words.events.all}</a>}
      test="latest"
    >
      <EventTable rows={latest} shop={place.query.shop} caption={words.overview.latest} />
    </Panel>
  );
}

/** Calls at most every five seconds, after `key` has changed. */
function useThrottled(act: () => void, key: string): void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    if (key !== '')
      timer.current ??= setTimeout(() => {
        timer.current = undefined;
        act();
      }, RELOAD_MS);
  }, [key, act]);
  useEffect(() => () => clearTimeout(timer.current), []);
}
