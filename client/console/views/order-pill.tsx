import type { EvidenceStatus } from '../../../shared/evidence.ts';
import type { OrderRow } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Pill } from '../parts/state.tsx';

const COLOURS: Readonly<Record<OrderRow['state'] | EvidenceStatus, string>> = {
  paid: 'delivered',
  unpaid: 'waiting',
  refunded: 'retry',
  cancelled: 'skipped',
  joined: 'delivered',
  open: 'waiting',
  'not-joined': 'skipped',
  'unconfirmed-order': 'dead',
};

/** What an order is, or what became of a page's report of one. */
export function OrderPill({ state }: { state: OrderRow['state'] | EvidenceStatus }) {
  const { words } = useConsole();
  return <Pill state={COLOURS[state]}>{words.orderStates[state]}</Pill>;
}
