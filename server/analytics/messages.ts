import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { type EventFacts, linksBetween, peopleIn, times } from './event.ts';
import type { MessageMetric } from './facts.ts';
import type { TargetsOf } from './targets.ts';

/** The reporting webhook's metric → ours. Messages that were never sent count as failed, whatever the cause. */
const METRICS: Readonly<Record<string, MessageMetric>> = {
  attempted: 'attempted',
  sent: 'sent',
  delivered: 'delivered',
  opened: 'opened',
  clicked: 'clicked',
  bounced: 'bounced',
  failed: 'failed',
  dropped: 'failed',
  undeliverable: 'failed',
  unsubscribed: 'unsubscribed',
  spammed: 'spammed',
};
const BY_MACHINE: Partial<Record<MessageMetric, MessageMetric>> = {
  opened: 'machine-opened',
  clicked: 'machine-clicked',
};

/** True for events of signed reporting webhooks; a page cannot send one. */
export const isMessageReport = ({ source, properties }: ProtectedEvent): boolean =>
  source === 'platform' && properties.metric !== undefined;

/** The facts of a reporting webhook: one about the message, and a touch when a person clicked in it. */
export function readMessage(event: ProtectedEvent, targetsOf: TargetsOf): EventFacts {
  const { metric: reported, delivery_id: deliveryId, journey_id: journeyId, machine } = event.properties;
  const said =
    typeof reported === 'string' && Object.hasOwn(METRICS, reported) ? METRICS[reported] : undefined;
  if (said === undefined || typeof deliveryId !== 'string') return {};
  const targets = targetsOf.message(event.properties);
  if (Object.keys(targets).length === 0) return { leftOut: ['unmapped'] };
  const metric = (machine === true && BY_MACHINE[said]) || said;
  const people = peopleIn(event);
  const when = times(event);
  const [person] = people;
  return {
    messages: [
      {
        deliveryId,
        metric,
        ...targets,
        ...when,
        ...(typeof journeyId === 'string' && { journeyId }),
        ...(person !== undefined && { person }),
      },
    ],
    links: linksBetween(people, when.receivedAtMs),
    ...(metric === 'clicked' &&
      people.length > 0 && {
        touches: [{ id: event.messageId, kind: 'click', people, ...targets, ...when }],
      }),
  };
}
