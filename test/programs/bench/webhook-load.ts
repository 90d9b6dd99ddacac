import { type DueResult, sendWhenDue } from './due.ts';
import { serveParent } from './launch.ts';
import { SENDERS, type Sender, webhookRequest } from './webhook-requests.ts';

/** So many webhooks a second, taking turns between the senders. */
export interface WebhookLoad {
  port: number;
  /** Webhook n of a sender has the id `messageIdOf(prefix, n)`. */
  prefix: string;
  perSecond: number;
  seconds: number;
}
export interface WebhookResult extends Omit<DueResult, 'unanswered'> {
  /** For each sender, numbered from 0. */
  sent: Record<Sender, { requests: number; unanswered: number[] }>;
}

/** Everything is built and signed before the first one leaves. */
async function sendWebhooks({ port, prefix, perSecond, seconds }: WebhookLoad): Promise<WebhookResult> {
  const each = Math.floor((perSecond * seconds) / SENDERS.length);
  const nowMs = Date.now();
  const requests = Array.from({ length: each * SENDERS.length }, (_, index) => ({
    atMs: (index * 1000) / perSecond,
    bytes: webhookRequest(senderOf(index), prefix, numberOf(index), nowMs),
  }));
  const { unanswered, ...result } = await sendWhenDue({ port, requests, wants: '"accepted":1,' });
  const sent = Object.fromEntries(
    SENDERS.map((sender) => [
      sender,
      {
        requests: each,
        unanswered: unanswered.filter((index) => senderOf(index) === sender).map(numberOf),
      },
    ]),
  ) as WebhookResult['sent'];
  return { ...result, sent };
}

const senderOf = (index: number): Sender => SENDERS[index % SENDERS.length] ?? 'shopline';
const numberOf = (index: number) => Math.floor(index / SENDERS.length);

if (import.meta.main) {
  serveParent(sendWebhooks);
  process.send?.({ ready: true });
}
