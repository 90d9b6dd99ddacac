import type { Selection } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { DateField, isoOf } from '../parts/date-field.tsx';
import { Dialog, DialogActions } from '../parts/dialog.tsx';

interface RangeProps {
  onClose: () => void;
  onChosen: (asked: { action: 'replay'; selection: Selection }) => void;
}

/** A time range of one destination to be sent again: for a destination that was added later, or corrected. */
export function RangeDialog({ onClose, onChosen }: RangeProps) {
  const { shop, words } = useConsole();
  const w = words.problems;
  const choose = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const value = (name: string) => String(new FormData(event.currentTarget).get(name) ?? '');
    const [from, to] = [isoOf(value('from')), isoOf(value('to'))];
    const selection = {
      ...{ shop: shop.id, destination: value('destination'), state: value('state') as 'dead' },
      ...(from && { from }),
      ...(to && { to }),
    };
    onClose();
    onChosen({ action: 'replay', selection });
  };
  return (
    <Dialog title={w.sendRange} onClose={onClose}>
      <form class="action" onSubmit={choose}>
        <p class="soft">{w.rangeMore}</p>
        <label>
          <span>{words.common.destination}</span>
          <select name="destination">
            {shop.destinations.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{w.kind}</span>
          <select name="state">
            {(['dead', 'skipped', 'none'] as const).map((state) => (
              <option key={state} value={state}>
                {w.rangeStates[state]}
              </option>
            ))}
          </select>
        </label>
        <div class="two">
          <div class="field">
            <label for="range-from">{words.common.from}</label>
            <DateField id="range-from" kind="time" name="from" required />
          </div>
          <div class="field">
            <label for="range-to">{words.common.to}</label>
            <DateField id="range-to" kind="time" name="to" />
          </div>
        </div>
        <DialogActions onClose={onClose}>
          <button type="submit">{w.countFirst}</button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
