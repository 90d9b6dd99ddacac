import type { ComponentType } from 'preact';
import type { Place } from '../place.ts';
import { Alerts } from './alerts.tsx';
import { Audit } from './audit.tsx';
import { Demo } from './demo.tsx';
import { EventView } from './event.tsx';
import { Events } from './events.tsx';
import { Match } from './match.tsx';
import { NotFound } from './not-found.tsx';
import { OrderView } from './order.tsx';
import { Orders } from './orders.tsx';
import { Overview } from './overview.tsx';
import { Problems } from './problems.tsx';
import { Reconciliation } from './reconciliation.tsx';
import { Setup } from './setup.tsx';
import { Statistics } from './statistics.tsx';
import { VisitorView } from './visitor.tsx';
import { Visitors } from './visitors.tsx';

export type View = ComponentType<{ place: Place }>;

/** The first word of a place → the view of the list, and the view of one. */
const VIEWS: Readonly<Record<string, readonly [list: View, one?: View]>> = {
  overview: [Overview],
  orders: [Orders, OrderView],
  reconciliation: [Reconciliation],
  events: [Events, EventView],
  problems: [Problems],
  match: [Match],
  statistics: [Statistics],
  visitors: [Visitors, VisitorView],
  alerts: [Alerts],
  setup: [Setup],
  audit: [Audit],
  demo: [Demo],
};

/** @returns with a key that changes when another view, or one of another id, is shown. */
export function viewOf({ path }: Place): { View: View; key: string } {
  const [name = 'overview', id, ...rest] = path;
  const views = Object.hasOwn(VIEWS, name) ? VIEWS[name] : undefined;
  const View = rest.length > 0 ? undefined : views?.[id === undefined ? 0 : 1];
  return { View: View ?? NotFound, key: `${name} ${id ?? ''}` };
}
