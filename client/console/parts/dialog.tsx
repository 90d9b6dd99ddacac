import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useConsole } from '../context.ts';

/** A modal dialog: focus goes in and comes back, Escape closes. Open while it is rendered. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => before instanceof HTMLElement && before.focus();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={onClose} data-test="dialog">
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}

/** The buttons of a dialog's form: the one that carries it out, and one that cancels. */
export function DialogActions({ onClose, children }: Omit<DialogProps, 'title'>) {
  const { words } = useConsole();
  return (
    <div class="actions">
      {children}
      <button type="button" class="quiet" onClick={onClose}>
        {words.common.cancel}
      </button>
    </div>
  );
}

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}
