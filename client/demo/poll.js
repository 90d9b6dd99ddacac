/** Asks an address once a second and says in `#live` whether it answers. */
import { find } from './dom.js';

const POLL_MS = 1000;
const ANSWER_MS = 5000;

/**
 * @param show is given each answer; one that is older than what is shown is left aside.
 * @returns asks now.
 */
export function poll(address, show) {
  let asked = 0;
  let shown = 0;
  async function refresh() {
    const mine = ++asked;
    const live = find('#live');
    let text = 'Live';
    try {
      const response = await fetch(address, { signal: AbortSignal.timeout(ANSWER_MS) });
      if (!response.ok) throw new Error(`the collector answered ${response.status}`);
      const answer = await response.json();
      if (mine < shown) return;
      shown = mine;
      show(answer);
    } catch (error) {
      text = `No answer, asking again (${error.message})`;
    }
    if (mine < shown) return;
    live.dataset.state = text === 'Live' ? 'delivered' : 'retry';
    if (live.textContent !== text) live.textContent = text;
  }
  /** One question at a time; a hidden page asks nothing. */
  async function again() {
    if (!document.hidden) await refresh();
    setTimeout(again, POLL_MS);
  }
  again();
  return refresh;
}
