import { z } from 'zod';
import { Code, Flag, Id, lenient, Text } from '../webhooks/fields.ts';

const Data = z.object({
  identifiers: lenient(z.object({ id: Id, email: Text, cio_id: Id })),
  customer_id: Id,
  delivery_id: Code,
  campaign_id: Code,
  action_id: Code,
  journey_id: Code,
  broadcast_id: Code,
  trigger_id: Code,
  newsletter_id: Code,
  content_id: Code,
  transactional_message_id: Code,
  recipient: Text,
  email_address: Text,
  href: Text,
  link_id: Code,
  proxied: Flag,
  prefetched: Flag,
  machine: Flag,
});

/** One event of a reporting webhook. */
export const Report = z.object({
  event_id: z.union([z.string().min(1), z.int().transform(String)]),
  object_type: z.string(),
  metric: z.string(),
  timestamp: lenient(z.int().nonnegative()),
  data: Data,
});
export type Report = z.output<typeof Report>;
