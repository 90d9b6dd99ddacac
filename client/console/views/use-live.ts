import { useState } from 'preact/hooks';
import type { EventRow } from '../../../shared/operator-api/index.ts';
import { useStream } from '../use-stream.ts';

/** Live rows beyond these push out the oldest. */
const MAX_LIVE = 50;

/** Newest first, each event once, in its latest state. */
export function mergeLive(live: readonly EventRow[], loaded: readonly EventRow[]): EventRow[] {
  const ids = new Set(live.map(({ messageId }) => messageId));
  const rows = [...live, ...loaded.filter(({ messageId }) => !ids.has(messageId))];
  return rows.toSorted((a, b) => Date.parse(b.receivedAt) - Date.parse(a.receivedAt));
}

/** Events of the stream since the view opened, the latest first. */
export function useLive(isOn: boolean): { rows: readonly EventRow[]; isLive: boolean } {
  const [rows, setRows] = useState<readonly EventRow[]>([]);
  const [isLive, setLive] = useState(false);
  useStream(
    {
      onEvent: (event) => setRows((former) => mergeLive([event], former).slice(0, MAX_LIVE)),
      onLive: setLive,
    },
    isOn,
  );
  return { rows, isLive };
}
