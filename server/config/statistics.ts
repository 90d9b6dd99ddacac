import { z } from 'zod';
import { json } from '../destinations/setting-fields.ts';

/** An id of Customer.io: its webhooks send whole numbers, people type either. */
const MessageId = z.union([z.string().min(1), z.int()]).transform(String);
/** Which Customer.io message something is about. All that are named must match. */
const messages = {
  campaign_id: MessageId.optional(),
  broadcast_id: MessageId.optional(),
  newsletter_id: MessageId.optional(),
  transactional_message_id: MessageId.optional(),
  action_id: MessageId.optional(),
};
const isAboutMessages = (rule: Record<string, unknown>) =>
  Object.keys(messages).some((key) => rule[key] !== undefined);

/** Compared whatever the case; `*` stands for any text. */
const Pattern = z.string().min(1);
const links = {
  utm_source: Pattern.optional(),
  utm_medium: Pattern.optional(),
  utm_campaign: Pattern.optional(),
  utm_content: Pattern.optional(),
  utm_term: Pattern.optional(),
  utm_id: Pattern.optional(),
};
const isAboutLinks = (rule: Record<string, unknown>) =>
  Object.keys(links).some((key) => rule[key] !== undefined);

const RULES =
  '[{"marketing_event_id": "MA_…", "utm_campaign": "spring*"}] or [{"marketing_event_id": "MA_…", "campaign_id": 12}]';
/** Which links (utm_…) or which Customer.io messages belong to a marketing event. */
const Rule = z
  .strictObject({ marketing_event_id: z.string().min(1), ...links, ...messages })
  .refine(
    (rule) => isAboutLinks(rule) !== isAboutMessages(rule),
    'a rule names utm_… values, or Customer.io ids',
  );
export type MarketingRule = z.infer<typeof Rule>;

const FLOWS =
  '[{"flow_id": "…", "campaign_id": 12, "nodes": [{"node_id": "…", "action_id": 7, "parent_node_id": "…", "preview_image_url": "https://…"}]}]';
const Node = z.strictObject({
  node_id: z.string().min(1),
  action_id: MessageId,
  parent_node_id: z.string().min(1).optional(),
  preview_image_url: z.url({ protocol: /^https$/ }).optional(),
});
const { action_id: _, ...flowMessages } = messages;
/** A Customer.io campaign (broadcast, newsletter, transactional message) that a SHOPLINE flow stands for. */
const Flow = z
  .strictObject({ flow_id: z.string().min(1), ...flowMessages, nodes: z.array(Node).default([]) })
  .refine(
    isAboutMessages,
    'a flow names campaign_id, broadcast_id, newsletter_id or transactional_message_id',
  );
export type Flow = z.infer<typeof Flow>;

const isUnique = (values: readonly string[]) => new Set(values).size === values.length;

export const MARKETING_RULES = json(z.array(Rule, RULES), [], RULES);
export const FLOW_LIST = json(
  z
    .array(Flow, FLOWS)
    .refine((flows) => isUnique(flows.map(({ flow_id }) => flow_id)), 'each flow_id once')
    .refine(
      (flows) => isUnique(flows.flatMap(({ nodes }) => nodes.map(({ node_id }) => node_id))),
      'each node_id once',
    ),
  [],
  FLOWS,
);
