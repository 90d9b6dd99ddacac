import uPlot from 'uplot';

export interface Series {
  name: string;
  values: readonly (number | null)[];
}

export interface ChartProps {
  title: string;
  times: readonly string[];
  series: readonly Series[];
  /** `bars` stand on each other; `lines` do not. */
  kind: 'bars' | 'lines';
  height?: number;
  /** A value of the vertical axis as text. */
  show: (value: number) => string;
  /** What a series amounts to, beside its name. */
  summary?: (series: Series) => string;
  isLegendHidden?: boolean;
}

/** Each row with all rows after it added: the first is painted first and is the highest. */
export function stacked(series: readonly Series[]): number[][] {
  const sums = series[0]?.values.map(() => 0) ?? [];
  return series
    .toReversed()
    .map(({ values }) =>
      values.map((value, index) => {
        const sum = (sums[index] ?? 0) + (value ?? 0);
        sums[index] = sum;
        return sum;
      }),
    )
    .toReversed();
}

/** A colour of the stylesheet as a canvas takes it. */
function colour(holder: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  holder.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

type Options = Pick<ChartProps, 'series' | 'kind' | 'height' | 'show'> & {
  language: string;
  /** Between two points. */
  stepSeconds: number;
};

/** Axes in the language, colours of the stylesheet, no legend and no selection: those are the page's own. */
export function chartOptions(
  holder: HTMLElement,
  { series, kind, height = 220, show, language, stepSeconds }: Options,
): uPlot.Options {
  const line = colour(holder, '--line');
  const soft = colour(holder, '--soft');
  const axis = { stroke: soft, font: '11px system-ui, sans-serif', ticks: { show: false } };
  const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const day = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric' });
  const bars = uPlot.paths.bars?.({ size: [0.82, 40], gap: 1 });
  return {
    width: Math.max(holder.clientWidth, 50),
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { show: false }, x: false, y: false },
    padding: [8, 16, 0, 0],
    scales: {
      // Half a bar of room at each end.
      x: { time: true, range: (_plot, from, to) => [from - stepSeconds / 2, to + stepSeconds / 2] },
      y: { range: (_plot, _low, high) => [0, Math.max(high * 1.08, 1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        values: (_plot, splits) => {
          const isLong = (splits.at(-1) ?? 0) - (splits[0] ?? 0) > 2 * 86_400;
          return splits.map((at) => (isLong ? day : clock).format(at * 1000));
        },
        space: 64,
        size: 28,
      },
      {
        ...axis,
        grid: { stroke: line, width: 1 },
        values: (_plot, splits) => splits.map(show),
        space: 36,
        size: (_plot, values) => 14 + 6.5 * Math.max(2, ...(values ?? []).map(({ length }) => length)),
      },
    ],
    series: [
      {},
      ...series.map((_, index) => {
        const paint = colour(holder, `--series-${index}`);
        return kind === 'bars'
          ? { fill: paint, stroke: paint, width: 0, points: { show: false }, ...(bars && { paths: bars }) }
          : { stroke: paint, width: 1.75, spanGaps: true, points: { show: series[0]?.values.length === 1 } };
      }),
    ],
  };
}
