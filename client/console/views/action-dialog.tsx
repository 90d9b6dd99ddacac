import { useState } from 'preact/hooks';
import type { ActionAnswer, ActionRequest, Selection } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Dialog, DialogActions } from '../parts/dialog.tsx';
import { Failure, Loading } from '../parts/loading.tsx';
import { useData } from '../use-data.ts';
import { reasonOf } from '../words/reason.ts';
import { wordFor } from '../words/word-for.ts';

interface ActionProps {
  action: 'replay' | 'discard';
  selection: Selection;
  onClose: () => void;
  /** The action was carried out. */
  onDone: () => void;
}

/** Counts first what would be sent again or discarded, and what would not and why; then asks, and does it. */
export function ActionDialog({ action, selection, onClose, onDone }: ActionProps) {
  const { api, words, format, announce } = useConsole();
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const path = `admin/${action}`;
  const ask = (request: Omit<ActionRequest, 'selection'>) =>
    api.send<ActionAnswer>('POST', path, { selection, ...request });
  const dry = useData(JSON.stringify({ action, selection }), () => ask({ dryRun: true }));
  const w = words.actions;

  const carryOut = async (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const note = String(new FormData(event.currentTarget).get('note') ?? '').trim();
    setBusy(true);
    setError(undefined);
    try {
      const { count } = await ask(note ? { note } : {});
      announce(w.done[action](format.number(count)));
      onDone();
      onClose();
    } catch (cause) {
      setError(cause as Error);
      setBusy(false);
    }
  };
  return (
    <Dialog title={w.titles[action]} onClose={onClose}>
      <form onSubmit={carryOut} class="action">
        <Loading of={dry}>{(answer) => <DryRun answer={answer} action={action} />}</Loading>
        <label>
          <span>{action === 'discard' ? w.noteRequired : w.note}</span>
          <input name="note" maxLength={500} required={action === 'discard'} />
        </label>
        {error && <Failure error={error} />}
        <DialogActions onClose={onClose}>
          <button
            type="submit"
            class={action === 'discard' ? 'danger' : undefined}
            disabled={isBusy || !dry.data || dry.data.count === 0}
            data-test="carry-out"
          >
            {w.confirm[action](format.number(dry.data?.count ?? 0))}
          </button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function DryRun({ answer, action }: { answer: ActionAnswer; action: 'replay' | 'discard' }) {
  const { words, format, titleOf } = useConsole();
  const { count, byDestination, refused } = answer;
  const w = words.actions;
  return (
    <div class="dry-run" data-test="dry-run">
      <p class="dry-count">{count === 0 ? w.nothing : w.would[action](format.number(count))}</p>
      {byDestination.length > 0 && (
        <ul class="bullets">
          {byDestination.map((one) => (
            <li key={`${one.shop} ${one.destination}`}>
              {titleOf(one.destination)}
              {words.common.colon}
              {format.number(one.count)}
            </li>
          ))}
        </ul>
      )}
      {refused.map(({ reason, count }) => (
        <p key={reason} class="soft" data-test="refused">
          {w.refused(format.number(count), wordFor(w.leftOut, reason, reasonOf(words, reason).title))}{' '}
          {reasonOf(words, reason).todo}
        </p>
      ))}
      {action === 'replay' && count > 0 && <p class="soft">{w.sameIds}</p>}
    </div>
  );
}
