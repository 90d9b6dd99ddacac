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
const CUSTOMER_METRICS = new Set(['unsubscribed', 'subscribed']);

/** `Email Link Clicked`; for a customer only `Unsubscribed` and `Subscribed`. @returns undefined for anything unknown. */
export function eventName(objectType: string, metric: string): string | undefined {
  const suffix = METRICS.get(metric);
  if (objectType === 'customer') return CUSTOMER_METRICS.has(metric) ? suffix : undefined;
  const channel = CHANNELS.get(objectType);
  return channel && suffix && `${channel} ${suffix}`;
}
