import type { OrderAnswer } from '../../../shared/operator-api/index.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { readCurrency, readValue } from '../../destinations/values.ts';
import type { OrderDetail } from '../../store/search.ts';
import { withAdvice } from '../advice.ts';
import { describeRecords } from '../consent-records.ts';
import { titleOfEvent, toAttempt, toOutcome } from '../events/row.ts';
import type { Places } from '../places.ts';
import { toIso } from '../times.ts';
import { toOrderRow } from './row.ts';

/** One order with everything that reported it, what destinations were sent of it, and whose consent decides. */
export function describeOrder(places: Places, order: OrderDetail): OrderAnswer {
  const { names, reports, evidence, stages, consents } = order;
  const events = [...reports, ...evidence, ...stages].flatMap(({ event }) => event ?? []);
  return {
    order: toOrderRow(places, order),
    names,
    ...(order.unjoined && withAdvice(order.unjoined)),
    reports: reports.map(({ source, ...report }) => ({
      source,
      ...toReport(report),
    })),
    evidence: evidence.map(({ status, ...report }) => ({
      ...{ status, consent: report.event.consent },
      ...toReport(report),
    })),
    stages: stages.map(({ stage, part, event, outcomes, requests }) => ({
      stage,
      ...(part !== undefined && { part }),
      ...(event && { messageId: event.messageId, at: event.timestamp }),
      ...(event && totalOf(event)),
      outcomes: outcomes.map((outcome) => toOutcome(places, outcome)),
      requests: requests.map((request) => ({
        ...toAttempt(request),
        destination: places.nameOf(request.consumer),
      })),
    })),
    consent: describeRecords(consents, events),
    attribution: attributionOf(events),
  };
}

const toReport = ({ receivedAtMs, event }: { receivedAtMs: number; event: ProtectedEvent }) => ({
  ...{ messageId: event.messageId, name: titleOfEvent(event) },
  ...{ at: event.timestamp, receivedAt: toIso(receivedAtMs) },
  ...moneyOf(event),
  ...(event.context.page?.path !== undefined && {
    path: event.context.page.path,
  }),
});

function totalOf(event: ProtectedEvent): { total?: number } {
  const total = readValue(event);
  return total === undefined ? {} : { total };
}

function moneyOf(event: ProtectedEvent): { total?: number; currency?: string } {
  const currency = readCurrency(event.properties);
  return { ...totalOf(event), ...(currency !== undefined && { currency }) };
}

/** Of each name the first that any event has. */
function attributionOf(events: readonly ProtectedEvent[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { context } of events) {
    const { ttclid, ttp } = context.tiktok ?? {};
    const campaign = Object.entries(context.campaign ?? {}).map(([name, value]) => [`utm_${name}`, value]);
    for (const [name, value] of [...Object.entries({ ttclid, ttp }), ...campaign])
      if (typeof name === 'string' && typeof value === 'string') found[name] ??= value;
  }
  return found;
}
