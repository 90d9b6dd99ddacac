/** Fetches a URL once a second and shows in `#live` whether it responds. */
import { find } from './dom.js';

const POLL_MS = 1000;
const TIMEOUT_MS = 5000;

/**
 * @param show receives each response, except one older than the one shown.
 * @returns fetches now.
 */
export function poll(url, show) {
  let requested = 0;
  let shown = 0;
  async function refresh() {
    const mine = ++requested;
    const live = find('#live');
    let text = 'Live';
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!response.ok) throw new Error(`the collector responded with ${response.status}`);
      const answer = await response.json();
      if (mine < shown) return;
      shown = mine;
      show(answer);
    } catch (error) {
      text = `No response, retrying (${error.message})`;
    }
    if (mine < shown) return;
    live.dataset.state = text === 'Live' ? 'delivered' : 'retry';
    if (live.textContent !== text) live.textContent = text;
  }
  /** One request at a time, and none while the page is hidden. */
  async function again() {
    if (!document.hidden) await refresh();
    setTimeout(again, POLL_MS);
  }
  again();
  return refresh;
}
