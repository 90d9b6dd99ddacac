import type { Flow, MarketingRule } from '../config/config.ts';

/** The demo's marketing: two campaigns in SHOPLINE, and an email flow in Customer.io. */

/** Its links contain the marketing event's id. */
const SPRING = {
  id: 'MA_demo_spring',
  title: 'Spring harvest on TikTok',
  link: '?ttclid=E.C.P.demo&utm_source=tiktok&utm_medium=paid&utm_campaign=spring&utm_id=MA_demo_spring',
};
/** Its links do not contain the id; a marketing rule maps them. */
const NEWSLETTER = {
  id: 'MA_demo_newsletter',
  title: 'Monthly newsletter',
  link: '?utm_source=newsletter&utm_medium=email&utm_campaign=newsletter',
};
/** `link` is the target of an ad or email, relative to `/demo/`. */
export const CAMPAIGNS: readonly { id: string; title: string; link: string }[] = [SPRING, NEWSLETTER];

export const LANDING = SPRING.link;

const RULES: readonly MarketingRule[] = [{ marketing_event_id: NEWSLETTER.id, utm_campaign: 'newsletter' }];

/** Customer.io's id of the visitor, which its emails add to their links. */
export const VISITOR_ID = 'demo0300a1';
export const EMAIL_LINK = `${NEWSLETTER.link}&_cio_id=${VISITOR_ID}`;

const CAMPAIGN_ID = 12;
const FIRST_EMAIL = '5a206848-5e7e-4e50-93de-01bb4d9c7ac5';
export const FLOW = {
  id: '5598349859474639045',
  title: 'Welcome flow',
  campaignId: CAMPAIGN_ID,
  nodes: [
    { id: FIRST_EMAIL, title: 'Welcome email', actionId: 101 },
    { id: '7c91e0b2-40d8-4a6e-9f3b-2f2a61c0d8e4', title: 'Follow-up email', actionId: 102 },
  ],
} as const;
const FLOWS: readonly Flow[] = [
  {
    flow_id: FLOW.id,
    campaign_id: String(CAMPAIGN_ID),
    nodes: FLOW.nodes.map(({ id, actionId }) => ({
      node_id: id,
      action_id: String(actionId),
      ...(id !== FIRST_EMAIL && { parent_node_id: FIRST_EMAIL }),
    })),
  },
];

export const SIGNING_KEY = 'demo-customerio-signing-key';

/** The configuration variables for the above, in addition to the sandbox's. */
export const sampleVariables = (appSecret: string) => ({
  SHOPLINE_APP_SECRET: appSecret,
  CUSTOMERIO_WEBHOOK_SIGNING_KEY: SIGNING_KEY,
  ORDER_MERGE_SECONDS: '2',
  MARKETING_RULES: JSON.stringify(RULES),
  FLOWS: JSON.stringify(FLOWS),
});
