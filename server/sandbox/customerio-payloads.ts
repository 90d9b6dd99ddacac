import { present } from './present.ts';

/** The body of a Customer.io reporting webhook: one metric of one message. */
export function messagePayload(parts: {
  eventId: string;
  metric: string;
  objectType?: string;
  /** Unix seconds. */
  timestamp: number;
  deliveryId: string;
  identifiers: { id?: string | null; email?: string | null; cioId?: string };
  campaignId: number;
  actionId: number;
  journeyId?: string;
  recipient?: string;
  href?: string;
  /** A click by a machine. */
  machine?: boolean;
  /** An open by a machine, or through a proxy. */
  prefetched?: boolean;
  proxied?: boolean;
}): Record<string, unknown> {
  const { eventId, metric, objectType = 'email', timestamp, deliveryId, identifiers } = parts;
  const { id = null, email = null, cioId } = identifiers;
  return {
    event_id: eventId,
    object_type: objectType,
    metric,
    timestamp,
    data: {
      delivery_id: deliveryId,
      identifiers: { id, email, ...present({ cio_id: cioId }) },
      campaign_id: parts.campaignId,
      action_id: parts.actionId,
      ...present({
        journey_id: parts.journeyId,
        recipient: parts.recipient,
        href: parts.href,
        machine: parts.machine,
        prefetched: parts.prefetched,
        proxied: parts.proxied,
      }),
    },
  };
}
