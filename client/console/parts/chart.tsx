import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { useConsole } from '../context.ts';
import { useColours } from '../theme.ts';
import { type ChartProps, chartOptions, stacked } from './chart-options.ts';

/** A chart over time, with a legend and, for those who do not see it, a table of the same numbers. */
export function Chart(props: ChartProps) {
  const { title, times, series, kind, height = 220, show, summary } = props;
  const { words, format, language } = useConsole();
  const place = useRef<HTMLDivElement>(null);
  const colours = useColours();
  useEffect(() => {
    const holder = place.current;
    if (!holder) return;
    const x = times.map((time) => Date.parse(time) / 1000);
    const rows = kind === 'bars' ? stacked(series) : series.map(({ values }) => [...values]);
    const stepSeconds = (x[1] ?? 60) - (x[0] ?? 0);
    const options = chartOptions(holder, { series, kind, height, show, language, stepSeconds });
    const chart = new uPlot(options, [x, ...rows] as uPlot.AlignedData, holder);
    const observer = new ResizeObserver(() => chart.setSize({ width: holder.clientWidth, height }));
    observer.observe(holder);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [times, series, colours, language]);
  return (
    <figure class="chart">
      <figcaption class={props.isLegendHidden ? 'unseen' : undefined}>
        <span class="unseen">{title}</span>
        <ul class="legend">
          {series.map((one, index) => (
            <li key={one.name}>
              <span class={`swatch swatch-${index}`} aria-hidden="true" />
              {one.name}
              {summary && <strong>{summary(one)}</strong>}
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={place} class="plot" style={{ height: `${height}px` }} aria-hidden="true" />
      <details class="numbers">
        <summary>{words.common.asTable}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls in itself, which the keyboard must reach. */}
        <section class="scroll" tabIndex={0} aria-label={title}>
          <table>
            <thead>
              <tr>
                <th scope="col">{words.common.time}</th>
                {series.map(({ name }) => (
                  <th scope="col" class="is-number" key={name}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times.map((time, index) =>
                series.some(({ values }) => values[index]) ? (
                  <tr key={time}>
                    <th scope="row">{format.time(time)}</th>
                    {series.map(({ name, values }) => (
                      <td class="is-number" key={name}>
                        {typeof values[index] === 'number' ? show(values[index]) : '–'}
                      </td>
                    ))}
                  </tr>
                ) : null,
              )}
            </tbody>
          </table>
        </section>
      </details>
    </figure>
  );
}
