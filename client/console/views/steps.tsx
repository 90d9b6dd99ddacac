import { Fragment } from 'preact';
import type { EventAnswer } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { wordFor } from '../words/word-for.ts';

/** The steps between the page and the store, and what changed on the way. */
export function Steps({ answer: { steps, captured } }: { answer: EventAnswer }) {
  const { words, format } = useConsole();
  const w = words.events;
  return (
    <ol class="timeline">
      {steps.map(({ step, at, hashed, warnings }) => (
        <li key={step}>
          <strong>{w.steps[step]}</strong>
          {at && <time dateTime={at}>{format.time(at)}</time>}
          {step === 'happened' && <span class="soft">{w.by(words.sources[captured.source])}</span>}
          {hashed && hashed.length > 0 && (
            <span class="soft">
              {w.hashed} <Paths of={hashed} />
            </span>
          )}
          {warnings?.map(({ path, code }) => (
            <span key={`${path} ${code}`} class="warning">
              <code>{path}</code> {wordFor(w.warnings, code)}
            </span>
          ))}
        </li>
      ))}
    </ol>
  );
}

const Paths = ({ of }: { of: readonly string[] }) => (
  <>
    {of.map((path) => (
      <Fragment key={path}>
        <code>{path}</code>{' '}
      </Fragment>
    ))}
  </>
);
