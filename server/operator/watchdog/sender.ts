import { createHmac } from 'node:crypto';
import type { AlertWebhook } from '../../config/config.ts';
import { createHttp, type Http, NoAnswer } from '../../lib/http-client.ts';
import type { Incident } from './kept.ts';
import { type Message, toMessage, toSlackMessage } from './message.ts';

/** Resolves with undefined when the message was accepted, else with the reason, which holds no secret. Never rejects. */
export type SendAlert = (incident: Incident) => Promise<string | undefined>;

/** How messages are posted: one at a time, and of the answer the status counts. */
export const createAlertHttp = (timeoutMs = 10_000) =>
  createHttp({ timeoutMs, connections: 1, statusOnly: true });

/** Posts incidents to the configured address. */
export function createSender({ url, key }: AlertWebhook, http: Http, now: () => number): SendAlert {
  return async (incident) => {
    const message = key ? toMessage(incident) : toSlackMessage(incident);
    const headers = { 'Content-Type': 'application/json', ...(key && signatureOf(message, key, now())) };
    try {
      const { status } = await http({ method: 'POST', url, headers, body: message.body });
      return status >= 200 && status < 300 ? undefined : `HTTP ${status}`;
    } catch (error) {
      return error instanceof NoAnswer ? error.message : 'no request could be made';
    }
  };
}

/** @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
function signatureOf({ id, body }: Message, key: Uint8Array, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
