import { useState } from 'preact/hooks';
import type { ErasureList, Visitor } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Dialog, DialogActions } from '../parts/dialog.tsx';
import { Failure } from '../parts/loading.tsx';
import { noticeOf } from '../words/notice.ts';

interface EraseProps {
  /** The visitor's route. */
  path: string;
  visitor: Visitor;
  onClose: () => void;
  /** @param text what was erased, in words. */
  onDone: (text: string) => void;
}

/** Shows what an erasure takes and what it cannot, and asks for a word to be typed before it is carried out. */
export function EraseDialog({ path, visitor, onClose, onDone }: EraseProps) {
  const shown = useConsole();
  const { api, shop, words, format, titleOf } = shown;
  const [typed, setTyped] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const w = words.visitors;
  const { claimed } = visitor.links;

  const erase = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const { erasures } = await api.send<ErasureList>('DELETE', path, {}, { shop: shop.id });
      const sum = (of: 'events' | 'orders') => erasures.reduce((total, one) => total + one[of], 0);
      onDone(w.erased(format.number(sum('events')), format.number(sum('orders'))));
      onClose();
    } catch (cause) {
      setError(cause as Error);
      setBusy(false);
    }
  };
  return (
    <Dialog title={w.eraseTitle} onClose={onClose}>
      <form class="action" onSubmit={erase}>
        <p>{w.eraseWhat}</p>
        <ul class="bullets">
          {visitor.ids.map((id) => (
            <li key={id} class="id">
              {id}
            </li>
          ))}
        </ul>
        {visitor.remains.length > 0 && (
          <div data-test="remains">
            <h3>{w.remains}</h3>
            <ul class="bullets">
              {visitor.remains.map(({ destination, code, why }) => (
                <li key={destination}>
                  {titleOf(destination)}
                  {words.common.colon}
                  {noticeOf(shown, { code, values: {} }, { means: why, todo: '' }).means}
                </li>
              ))}
            </ul>
          </div>
        )}
        {claimed.browsers.length > 0 && (
          <p class="soft">{w.claimedStay(format.number(claimed.browsers.length))}</p>
        )}
        <label>
          <span>{w.typeToErase(w.eraseWord)}</span>
          <input
            name="confirmation"
            autocomplete="off"
            value={typed}
            onInput={({ currentTarget: { value } }) => setTyped(value)}
          />
        </label>
        {error && <Failure error={error} />}
        <DialogActions onClose={onClose}>
          <button
            type="submit"
            class="danger"
            disabled={isBusy || typed.trim() !== w.eraseWord}
            data-test="erase-now"
          >
            {w.eraseNow}
          </button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
