import type { Storebeacon } from './api.ts';
import { type Line, readNotice } from './debug/reports.ts';
import { safely } from './debug/safely.ts';

const PULSE_MS = 500;
const MAX_LINES = 50;
const MAX_CHARACTERS = 200;
const AMOUNT_COLUMN = 3;

/** Shows where sources disagree, in the debug panel at the event that was sent, and in the console. Loaded by `debug.js`. */
safely(() => {
  /** Lines whose events the panel does not show yet. */
  let waiting: Line[] = [];
  (window.storebeacon as Storebeacon).listen(
    safely((...notice) => {
      for (const line of readNotice(...notice)) {
        const [messageId, event, text] = line;
        console.warn('storebeacon', event, text, messageId);
        waiting = [...waiting, line].slice(-MAX_LINES);
      }
    }),
  );
  setInterval(
    safely(() => {
      const panel = document.querySelector('storebeacon-debug')?.shadowRoot;
      waiting = waiting.filter(([messageId, , text]) => {
        const row = panel?.getElementById(messageId) as HTMLTableRowElement | null | undefined;
        const cell = row?.cells[AMOUNT_COLUMN];
        if (!cell) return true;
        cell.append(`\n${text.slice(0, MAX_CHARACTERS)}`);
        cell.style.color = '#fc6';
        return false;
      });
    }),
    PULSE_MS,
  );
})();
