import { useState } from 'preact/hooks';
import type { EventDelivery } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { AdviceWords } from '../parts/advice-words.tsx';
import { Code, CopyButton, Json } from '../parts/code.tsx';
import { OutcomePill } from '../parts/state.tsx';
import { Table } from '../parts/table.tsx';
import { reasonOf } from '../words/reason.ts';
import { ActionDialog } from './action-dialog.tsx';
import { attemptColumns } from './attempt-columns.ts';

interface DeliveryProps {
  delivery: EventDelivery;
  messageId: string;
  eventShop: string;
  reload: () => void;
}

/** What one destination was sent of an event and answered, or why it was not sent, and what can be done. */
export function Delivery({ delivery, messageId, eventShop, reload }: DeliveryProps) {
  const { words, format } = useConsole();
  const [isAsking, setAsking] = useState(false);
  const { destination, title, state, reason, attempts, payloads = [], curl } = delivery;
  const w = words.events;
  const texts = reason ? reasonOf(words, reason) : undefined;
  const { words: said } = attempts.at(-1) ?? {};
  const answer = said === delivery.words ? undefined : said;
  const wasSent = state === 'delivered' || attempts.some(({ status }) => status !== undefined);
  const payloadLabel = `${w.payload} · ${title}`;
  return (
    <section class="panel delivery" data-test={`delivery-${destination}`}>
      <div class="panel-head">
        <h2>{title}</h2>
        <OutcomePill state={state} reason={reason} />
      </div>
      {delivery.words && <p class="api-words">{words.common.quoted(delivery.words)}</p>}
      {texts && (
        <p data-test="advice">
          <AdviceWords {...(texts.means ? texts : (delivery.advice ?? texts))} />
        </p>
      )}
      {delivery.nextAttemptAt && <p>{w.nextAttempt(format.time(delivery.nextAttemptAt))}</p>}
      {attempts.length > 0 && (
        <Table
          caption={`${w.attempts} · ${title}`}
          narrow="scroll"
          rows={attempts.map((attempt, index) => ({ ...attempt, key: String(index) }))}
          keyOf={({ key }) => key}
          columns={attemptColumns(words, format)}
        />
      )}
      {answer && (
        <details>
          <summary>{w.answer}</summary>
          <Code label={`${w.answer} · ${title}`} text={answer} isShort />
        </details>
      )}
      {payloads.length > 0 && (
        <details open={state === 'dead'}>
          <summary>
            {w.payload} <small class="soft">{w.payloadStates[delivery.payloadState]}</small>
          </summary>
          {payloads.map((payload, index) => (
            <Json key={index} label={payloadLabel} value={payload} />
          ))}
        </details>
      )}
      {payloads.length === 0 && (wasSent || delivery.payloadState === 'clear') && (
        <p class="soft">{w.payloadStates[delivery.payloadState]}</p>
      )}
      <div class="actions">
        {delivery.canReplay && (
          <button type="button" onClick={() => setAsking(true)} data-test="event-replay">
            {words.actions.sendAgain}
          </button>
        )}
        {curl && <CopyButton label={title} text={curl} title={w.copyCurl} />}
      </div>
      {isAsking && (
        <ActionDialog
          action="replay"
          selection={{ ids: [messageId], shop: eventShop, destination, ...replayedState(state) }}
          onClose={() => setAsking(false)}
          onDone={reload}
        />
      )}
    </section>
  );
}

/** Of what can be sent again the selection names the state. */
const replayedState = (state: EventDelivery['state']) =>
  state === 'dead' || state === 'skipped' || state === 'none' ? { state } : {};
