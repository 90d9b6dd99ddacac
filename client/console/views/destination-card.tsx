import type { DestinationSeries, Overview } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Chart } from '../parts/chart.tsx';
import { Figures } from '../parts/facts.tsx';
import { Pill } from '../parts/state.tsx';
import { hrefOf, type Place } from '../place.ts';

const BREAKERS = { closed: 'delivered', open: 'retry', paused: 'dead' } as const;

interface CardProps {
  series: DestinationSeries;
  overview: Overview;
  place: Place;
}

/** One destination: whether it takes events, what it took in the span, and what waits. */
export function DestinationCard({ series, overview, place }: CardProps) {
  const { words, format } = useConsole();
  const { destination, title, breaker, waiting, oldestAgeMs, deadLetters } = series;
  const w = words.overview;
  const { shop } = place.query;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const { latencyMs } = series;
  const span = { shop, destination, from: overview.from, to: overview.to };
  return (
    <section class="panel destination" data-test={`destination-${destination}`}>
      <div class="panel-head">
        <h2>{title}</h2>
        <Pill state={BREAKERS[breaker]}>{w.breakers[breaker]}</Pill>
      </div>
      <Figures
        of={[
          [
            w.delivered,
            format.number(sum(series.delivered)),
            hrefOf(['events'], { ...span, outcome: 'delivered' }),
          ],
          [
            w.skipped,
            format.number(sum(series.skipped)),
            hrefOf(['events'], { ...span, outcome: 'skipped' }),
          ],
          [
            w.deadLetters,
            format.number(deadLetters),
            hrefOf(['problems'], { shop, destination, state: 'dead' }),
          ],
          [w.waiting, format.number(waiting), hrefOf(['events'], { shop, destination, outcome: 'waiting' })],
          [w.oldest, waiting === 0 ? '–' : format.duration(oldestAgeMs)],
          [
            w.latency,
            latencyMs ? `${format.duration(latencyMs.p50)} / ${format.duration(latencyMs.p95)}` : '–',
          ],
        ]}
      />
      <Chart
        title={w.deliveriesOf(title)}
        kind="bars"
        height={110}
        times={overview.times}
        series={[
          { name: words.states.delivered, values: series.delivered },
          { name: w.retried, values: series.retried },
          { name: words.states.dead, values: series.dead },
        ]}
        show={(value) => format.number(value)}
      />
    </section>
  );
}
