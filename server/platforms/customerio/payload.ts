import { z } from 'zod';
import { Id, lenient, Text } from '../webhooks/fields.ts';

const Flag = lenient(z.boolean());

const Data = z.object({
  identifiers: lenient(z.object({ id: Id, email: Text, cio_id: Id })),
  customer_id: Id,
  delivery_id: Id,
  campaign_id: Id,
  action_id: Id,
  journey_id: Id,
  broadcast_id: Id,
  trigger_id: Id,
  newsletter_id: Id,
  content_id: Id,
  transactional_message_id: Id,
  recipient: Text,
  email_address: Text,
  href: Text,
  link_id: Id,
  proxied: Flag,
  prefetched: Flag,
  machine: Flag,
});

/** One event of a reporting webhook. */
export const Report = z.object({
  event_id: z.string().min(1),
  object_type: z.string(),
  metric: z.string(),
  timestamp: lenient(z.int().nonnegative()),
  data: Data,
});
export type Report = z.output<typeof Report>;
