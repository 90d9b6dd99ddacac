import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { type EventFacts, linksBetween, peopleIn, times } from './event.ts';
import type { MessageMetric } from './facts.ts';
import type { TargetsOf } from './targets.ts';

/** Customer.io's metric → ours. A message that was never sent counts as failed, whatever stopped it. */
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

/**
 * What Customer.io reported of one message: a fact about the message, and a touch when a person clicked in it. Whom it
 * was sent to links their ids, whether or not its campaign is counted.
 */
export function readMessage(event: ProtectedEvent, targetsOf: TargetsOf): EventFacts {
  const { metric: stated, delivery_id: deliveryId, journey_id: journeyId, machine } = event.properties;
  const known = typeof stated === 'string' && Object.hasOwn(METRICS, stated) ? METRICS[stated] : undefined;
  if (known === undefined || typeof deliveryId !== 'string') return {};
  const people = peopleIn(event);
  const links = linksBetween(people, event);
  const targets = targetsOf.message(event.properties);
  if (Object.keys(targets).length === 0) return { links, leftOut: ['unmapped'] };
  const metric = (machine === true && BY_MACHINE[known]) || known;
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
    links,
    ...(metric === 'clicked' &&
      people.length > 0 && {
        touches: [{ id: event.messageId, kind: 'click', people, claimed: [], ...targets, ...when }],
      }),
  };
}
