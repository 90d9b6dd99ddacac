import { messagePayload, signCustomerIo } from '../sandbox/webhooks.ts';
import type { Post } from './post.ts';
import { FLOW, LETTER_LINK, READER_ID, SIGNING_KEY } from './sample.ts';

type Facts = Partial<Parameters<typeof messagePayload>[0]> & { metric: string; secondsAgo: number };

/** Plays Customer.io: sends the flow's letters and tells what became of them, one signed webhook for each fact. */
export interface Letters {
  /**
   * Letters to the visitor and to somebody else. The visitor opens the first and follows its link; the other's mail
   * program opens it by itself. Answers the statuses of the webhooks.
   *
   * @param email the visitor's.
   */
  send(email: string): Promise<number[]>;
}

export function createLetters(parts: { post: Post; clock: () => number; base: string }): Letters {
  const { post, clock, base } = parts;
  let sendings = 0;
  return {
    async send(email) {
      sendings += 1;
      const nowSeconds = Math.floor(clock() / 1000);
      const statuses: number[] = [];
      for (const [index, letter] of letters(email, base).entries()) {
        const deliveryId = `demo-${sendings}-${index}`;
        for (const [step, { secondsAgo, ...fact }] of letter.facts.entries()) {
          const body = messagePayload({
            eventId: `${deliveryId}-${step}`,
            deliveryId,
            journeyId: `demo-${sendings}-${letter.reader.cioId}`,
            timestamp: nowSeconds - secondsAgo,
            identifiers: letter.reader,
            recipient: letter.reader.email,
            campaignId: FLOW.campaignId,
            actionId: letter.actionId,
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

function letters(email: string, base: string) {
  const visitor = { email, cioId: READER_ID };
  const other = { email: 'wei.chen@example.com', cioId: 'demo0300b2' };
  const [first, second] = FLOW.nodes;
  const arrives: Facts[] = [
    { metric: 'sent', secondsAgo: 90 },
    { metric: 'delivered', secondsAgo: 88 },
  ];
  const read: Facts[] = [
    { metric: 'opened', secondsAgo: 2, prefetched: false },
    { metric: 'clicked', secondsAgo: 0, href: `${base}/demo/${LETTER_LINK}`, machine: false },
  ];
  return [
    { reader: visitor, actionId: first.actionId, facts: [...arrives, ...read] },
    {
      reader: other,
      actionId: first.actionId,
      facts: [...arrives, { metric: 'opened', secondsAgo: 87, prefetched: true }],
    },
    { reader: other, actionId: second.actionId, facts: arrives },
  ];
}
