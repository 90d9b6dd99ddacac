import { compact } from '../../destinations/values.ts';
import { normalizeEmail } from '../../privacy/normalize.ts';
import { type Mapped, messageIdOf, track } from '../webhooks/mapped.ts';
import { eventName } from './names.ts';
import { Report } from './payload.ts';

/** A report on a message, for statistics only. @returns undefined for an unknown metric or object type. */
export function mapReport(value: unknown): Mapped | undefined {
  const read = Report.safeParse(value);
  const name = read.success && eventName(read.data.object_type, read.data.metric);
  if (!name) return undefined;
  const { event_id, object_type, metric, timestamp, data } = read.data;
  const { identifiers, recipient } = data;
  const userId = identifiers?.id ?? data.customer_id;
  const email = identifiers?.email ?? data.email_address ?? normalizeEmail(recipient);
  const who = { ...(userId && { userId }), context: { ...(email && { traits: { email } }) } };
  const properties = {
    object_type,
    metric,
    delivery_id: data.delivery_id,
    campaign_id: data.campaign_id,
    action_id: data.action_id,
    journey_id: data.journey_id,
    broadcast_id: data.broadcast_id,
    trigger_id: data.trigger_id,
    newsletter_id: data.newsletter_id,
    content_id: data.content_id,
    transactional_message_id: data.transactional_message_id,
    cio_id: identifiers?.cio_id,
    link_url: data.href,
    link_id: data.link_id,
    machine: isMachine(metric, data) || undefined,
  };
  const message = track(
    name,
    messageIdOf('customerio', event_id),
    toTimestamp(timestamp),
    who,
    compact(properties) ?? {},
  );
  return { message, audience: 'statistics' };
}

/** Mail programs open mails and follow links automatically, to scan for malware or to hide when a person reads. */
function isMachine(metric: string, { prefetched, proxied, machine }: Report['data']): boolean {
  if (metric === 'opened') return prefetched === true || proxied === true;
  return metric === 'clicked' && machine === true;
}

const MAX_SECONDS = 8.64e12;
const toTimestamp = (seconds: number | undefined) =>
  seconds === undefined || seconds > MAX_SECONDS ? undefined : new Date(seconds * 1000).toISOString();
