import { messagePayload, signCustomerIo } from '../sandbox/webhooks.ts';
import type { Post } from './post.ts';
import { EMAIL_LINK, FLOW, SIGNING_KEY, VISITOR_ID } from './sample.ts';

type Facts = Partial<Parameters<typeof messagePayload>[0]> & { metric: string; secondsAgo: number };

/** Simulates Customer.io: sends the flow's emails and reports on them, one signed webhook per metric. */
export interface Emails {
  /**
   * Sends emails to the visitor and to one other recipient. The visitor opens the first and clicks its link; the other
   * one is opened by a mail program.
   *
   * @param email the visitor's.
   * @returns the collector's response status for each webhook.
   */
  send(email: string): Promise<number[]>;
}

export function createEmails(parts: { post: Post; clock: () => number; base: string }): Emails {
  const { post, clock, base } = parts;
  let sends = 0;
  return {
    async send(email) {
      sends += 1;
      const nowSeconds = Math.floor(clock() / 1000);
      const statuses: number[] = [];
      for (const [index, message] of messages(email, base).entries()) {
        const deliveryId = `demo-${sends}-${index}`;
        for (const [step, { secondsAgo, ...fact }] of message.facts.entries()) {
          const body = messagePayload({
            eventId: `${deliveryId}-${step}`,
            deliveryId,
            journeyId: `demo-${sends}-${message.recipient.cioId}`,
            timestamp: nowSeconds - secondsAgo,
            identifiers: message.recipient,
            recipient: message.recipient.email,
            campaignId: FLOW.campaignId,
            actionId: message.actionId,
            ...fact,
          });
          const signed = signCustomerIo({ body, key: SIGNING_KEY, timestamp: nowSeconds });
          statuses.push(await post('/v1/webhooks/customerio', signed));
        }
      }
      return statuses;
    },
  };
}

function messages(email: string, base: string) {
  const visitor = { email, cioId: VISITOR_ID };
  const other = { email: 'wei.chen@example.com', cioId: 'demo0300b2' };
  const [first, second] = FLOW.nodes;
  const delivered: Facts[] = [
    { metric: 'sent', secondsAgo: 90 },
    { metric: 'delivered', secondsAgo: 88 },
  ];
  const opened: Facts[] = [
    { metric: 'opened', secondsAgo: 2, prefetched: false },
    { metric: 'clicked', secondsAgo: 0, href: `${base}/demo/${EMAIL_LINK}`, machine: false },
  ];
  return [
    { recipient: visitor, actionId: first.actionId, facts: [...delivered, ...opened] },
    {
      recipient: other,
      actionId: first.actionId,
      facts: [...delivered, { metric: 'opened', secondsAgo: 87, prefetched: true }],
    },
    { recipient: other, actionId: second.actionId, facts: delivered },
  ];
}
