import { useState } from 'preact/hooks';
import type { Setup, TestEventAnswer } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Json } from '../parts/code.tsx';
import { Facts } from '../parts/facts.tsx';
import { Failure } from '../parts/loading.tsx';
import { Pill } from '../parts/state.tsx';
import { reasonOf } from '../words/reason.ts';

const BREAKERS = { closed: 'delivered', open: 'retry', paused: 'dead' } as const;
const OUTCOMES = {
  ...{ delivered: 'delivered', retry: 'retry', paused: 'dead', rejected: 'dead', skipped: 'skipped' },
} as const;
const NAMES = ['Product Viewed', 'Product Added', 'Checkout Started', 'Order Completed'];

/** The API's words; ours, in the reader's language, where it was asked nothing. */
function AnswerWords({ of: { outcome, reason, words: said } }: { of: TestEventAnswer }) {
  const { words } = useConsole();
  const means = outcome === 'skipped' && reason ? reasonOf(words, reason).means : '';
  if (means) return <p>{means}</p>;
  return said ? <p class="api-words">{words.common.quoted(said)}</p> : null;
}

type Destination = Setup['shops'][number]['destinations'][number];

/** A destination's state, and a test event that goes to it alone and is stored nowhere. */
export function DestinationSetup({ destination }: { destination: Destination }) {
  const { api, shop, words, format, announce } = useConsole();
  const [answer, setAnswer] = useState<TestEventAnswer>();
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const { name, title, breaker, lastSentAt, canTest } = destination;
  const w = words.setup;
  const test = async (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const testEventCode = String(form.get('code') ?? '').trim();
    const request = { shop: shop.id, destination: name, name: String(form.get('name')) };
    setBusy(true);
    setError(undefined);
    try {
      const sent = await api.send<TestEventAnswer>('POST', 'admin/test-event', {
        ...request,
        ...(testEventCode && { testEventCode }),
      });
      setAnswer(sent);
      announce(`${title}${words.common.colon}${w.testOutcomes[sent.outcome]}`);
    } catch (cause) {
      setError(cause as Error);
    }
    setBusy(false);
  };
  return (
    <section class="panel" data-test={`setup-${name}`}>
      <div class="panel-head">
        <h2>{title}</h2>
        <Pill state={BREAKERS[breaker]}>{words.overview.breakers[breaker]}</Pill>
      </div>
      <Facts
        of={[
          [words.overview.waiting, format.number(destination.waiting)],
          [words.overview.deadLetters, format.number(destination.deadLetters)],
          [w.lastSent, lastSentAt ? format.time(lastSentAt) : w.never],
        ]}
      />
      {canTest && (
        <form class="test-event" onSubmit={test}>
          <label>
            <span>{w.testEvent}</span>
            <select name="name">
              {NAMES.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
          {name.startsWith('tiktok') && (
            <label>
              <span>{w.testCode}</span>
              <input name="code" maxLength={100} spellcheck={false} placeholder="TEST12345" />
            </label>
          )}
          <button type="submit" class="quiet" disabled={isBusy} data-test="test-event">
            {w.sendTest}
          </button>
        </form>
      )}
      {error && <Failure error={error} />}
      {answer && (
        <div class="test-answer" data-test="test-answer">
          <p>
            <Pill state={OUTCOMES[answer.outcome]}>{w.testOutcomes[answer.outcome]}</Pill>{' '}
            {[answer.status, answer.reason && reasonOf(words, answer.reason).title]
              .filter(Boolean)
              .join(' · ')}
            {answer.ms !== undefined && ` · ${format.duration(answer.ms)}`}
          </p>
          <AnswerWords of={answer} />
          <details>
            <summary>{words.events.payload}</summary>
            <Json label={`${words.events.payload} · ${title}`} value={answer.payloads} />
          </details>
        </div>
      )}
    </section>
  );
}
