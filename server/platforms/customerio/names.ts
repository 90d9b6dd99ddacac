const CHANNELS = new Map([
  ['email', 'Email'],
  ['push', 'Push'],
  ['sms', 'SMS'],
  ['whatsapp', 'WhatsApp'],
  ['in_app', 'In-App'],
  ['slack', 'Slack'],
  ['webhook', 'Webhook'],
]);

const METRICS = new Map([
  ['drafted', 'Drafted'],
  ['attempted', 'Attempted'],
  ['sent', 'Sent'],
  ['delivered', 'Delivered'],
  ['deferred', 'Deferred'],
  ['opened', 'Opened'],
  ['clicked', 'Link Clicked'],
  ['converted', 'Converted'],
  ['bounced', 'Bounced'],
  ['dropped', 'Dropped'],
  ['failed', 'Failed'],
  ['undeliverable', 'Undeliverable'],
  ['spammed', 'Marked as Spam'],
  ['replied', 'Replied'],
  ['unsubscribed', 'Unsubscribed'],
  ['subscribed', 'Subscribed'],
]);
const OF_A_CUSTOMER = new Set(['unsubscribed', 'subscribed']);

/** `Email Link Clicked`; of a customer only `Unsubscribed` and `Subscribed`. Undefined for what we do not know. */
export function eventName(objectType: string, metric: string): string | undefined {
  const what = METRICS.get(metric);
  if (objectType === 'customer') return OF_A_CUSTOMER.has(metric) ? what : undefined;
  const channel = CHANNELS.get(objectType);
  return channel && what && `${channel} ${what}`;
}
