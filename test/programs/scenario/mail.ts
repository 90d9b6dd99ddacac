import type { CustomerIoEvent, CustomerIoPayload } from './event.ts';
import { NEWSLETTER_ID, type Person, type Visitor, WELCOME, WINBACK } from './fixtures.ts';
import type { ScenarioBuilder } from './scenario.ts';

/** One message to one person. */
export interface Delivery {
  person: Person;
  deliveryId: string;
  about: Partial<CustomerIoPayload['data']>;
}

export const flowMessage = (campaignId: number, actionId: number, journeyId: string) => ({
  campaign_id: campaignId,
  action_id: actionId,
  journey_id: journeyId,
});
/** Customer.io sends the ids of other kinds as null. */
export const newsletterMessage = () => ({ newsletter_id: NEWSLETTER_ID, campaign_id: null });

/** @param atMs in ms, cut to whole seconds as Customer.io does. */
export function messageReport(
  { chance }: Pick<ScenarioBuilder, 'chance'>,
  { person, deliveryId, about }: Delivery,
  metric: string,
  atMs: number,
  more: Partial<CustomerIoPayload['data']> = {},
): CustomerIoEvent {
  return {
    kind: 'customerio',
    payload: {
      event_id: `01E4C4CT${chance.digits(18)}`,
      object_type: 'email',
      metric,
      timestamp: Math.floor(atMs / 1000),
      data: {
        identifiers: { id: person.userId ?? null, email: person.email, cio_id: person.cioId ?? '' },
        delivery_id: deliveryId,
        recipient: person.email,
        ...about,
        ...more,
      },
    },
  };
}

/** Every reader receives the newsletter and some messages of flows; adds the reports of each message. */
export function addMail(builder: ScenarioBuilder, visitors: readonly Visitor[]): void {
  const { chance } = builder;
  const readers = new Map<Person, Visitor[]>();
  for (const visitor of visitors)
    if (visitor.person?.cioId) readers.set(visitor.person, [...(readers.get(visitor.person) ?? []), visitor]);
  for (const [person, visitors] of readers) {
    const send = (about: Delivery['about'], isFlow: boolean) => {
      const delivery = { person, deliveryId: `dgT${chance.digits(14)}`, about };
      addDeliveryReports(builder, delivery, chance.pick(visitors), isFlow);
    };
    send(newsletterMessage(), false);
    if (chance.happens(0.3)) send(newsletterMessage(), false);
    if (chance.happens(0.7)) {
      const journey = `journey-${chance.digits(8)}`;
      for (const actionId of [7, 8, WELCOME.unlistedActionId])
        if (chance.happens(0.6)) send(flowMessage(WELCOME.campaignId, actionId, journey), true);
    }
    if (chance.happens(0.5)) send(flowMessage(WINBACK.campaignId, 9, `journey-${chance.digits(8)}`), true);
  }
}

function addDeliveryReports(
  builder: ScenarioBuilder,
  delivery: Delivery,
  visitor: Visitor,
  isFlow: boolean,
): void {
  const { chance, startMs, endMs, add } = builder;
  let atMs = startMs + chance.whole(0, Math.floor((endMs - startMs - 86_400_000) / 1000)) * 1000;
  const report = (metric: string, more: Partial<CustomerIoPayload['data']> = {}) => {
    atMs += chance.whole(1, 1800) * 1000;
    add(atMs, messageReport(builder, delivery, metric, atMs, more));
  };
  if (chance.happens(0.1)) report('drafted');
  if (chance.happens(0.1)) report('attempted');
  const isFailed = isFlow && chance.happens(0.06);
  report(isFailed ? 'failed' : 'sent');
  if (isFailed) return;
  const isBounced = chance.happens(0.08);
  report(isBounced ? 'bounced' : 'delivered');
  if (isBounced) return;
  if (chance.happens(0.25)) report('opened', chance.pick([{ proxied: true }, { prefetched: true }]));
  if (chance.happens(0.12)) report('clicked', { machine: true, href: 'https://shop.example/' });
  if (chance.happens(0.45)) report('opened', { proxied: false, prefetched: false });
  if (chance.happens(0.2)) report('opened');
  while (chance.happens(0.4)) {
    report('clicked', { href: 'https://shop.example/' });
    const wait = chance.next();
    // The landing of the click, or a later visit.
    if (wait < 0.7)
      builder.visit(visitor, atMs + chance.whole(20_001, 539_999), linkOf(delivery, visitor, chance.next()));
    else if (wait < 0.9)
      builder.visit(visitor, atMs + chance.whole(660_001, 3_600_000), linkOf(delivery, visitor, 0));
  }
  if (chance.happens(0.06)) report('unsubscribed');
  if (chance.happens(0.04)) report('spammed');
}

/** The query of a link in this message. */
function linkOf({ about, person }: Delivery, { role }: Visitor, chosen: number): string {
  const cio = `_cio_id=${person.cioId}`;
  if (about.newsletter_id) return `utm_source=customer.io&utm_medium=email&utm_campaign=weekly-12&${cio}`;
  if (chosen > 0.7) return `utm_id=MA_6019932248291157288&${cio}`;
  if (chosen > 0.35 && (role === 'user' || role === 'two devices')) return cio;
  return `${cio}&utm_source=Customer.io&utm_medium=Email&utm_campaign=welcome`;
}
