import type { Flow, MarketingRule } from '../config/config.ts';

/** What the demo's marketer has running: two campaigns in SHOPLINE, and a flow that Customer.io sends. */

/** Its links name the marketing event themselves. */
const SPRING = {
  id: 'MA_demo_spring',
  title: 'Spring harvest, on TikTok',
  link: '?ttclid=E.C.P.demo&utm_source=tiktok&utm_medium=paid&utm_campaign=spring&utm_id=MA_demo_spring',
};
/** Its links know nothing of SHOPLINE; a rule tells whose they are. */
const LETTER = {
  id: 'MA_demo_letter',
  title: 'The monthly letter',
  link: '?utm_source=letter&utm_medium=email&utm_campaign=newsletter',
};
/** `link` is where an ad or a letter leads, below `/demo/`. */
export const CAMPAIGNS: readonly { id: string; title: string; link: string }[] = [SPRING, LETTER];

export const LANDING = SPRING.link;

const RULES: readonly MarketingRule[] = [{ marketing_event_id: LETTER.id, utm_campaign: 'newsletter' }];

/** Customer.io's id of the visitor: its letters put it into their links. */
export const READER_ID = 'demo0300a1';
export const LETTER_LINK = `${LETTER.link}&_cio_id=${READER_ID}`;

const CAMPAIGN_ID = 12;
const FIRST_LETTER = '5a206848-5e7e-4e50-93de-01bb4d9c7ac5';
export const FLOW = {
  id: '5598349859474639045',
  title: 'A welcome in two letters',
  campaignId: CAMPAIGN_ID,
  nodes: [
    { id: FIRST_LETTER, title: 'First letter', actionId: 101 },
    { id: '7c91e0b2-40d8-4a6e-9f3b-2f2a61c0d8e4', title: 'Second letter', actionId: 102 },
  ],
} as const;
const FLOWS: readonly Flow[] = [
  {
    flow_id: FLOW.id,
    campaign_id: String(CAMPAIGN_ID),
    nodes: FLOW.nodes.map(({ id, actionId }) => ({
      node_id: id,
      action_id: String(actionId),
      ...(id !== FIRST_LETTER && { parent_node_id: FIRST_LETTER }),
    })),
  },
];

export const SIGNING_KEY = 'demo-customerio-signing-key';

/** The variables of all this, besides the sandbox's. */
export const sampleVariables = (appSecret: string) => ({
  SHOPLINE_APP_SECRET: appSecret,
  CUSTOMERIO_WEBHOOK_SIGNING_KEY: SIGNING_KEY,
  ORDER_MERGE_SECONDS: '2',
  MARKETING_RULES: JSON.stringify(RULES),
  FLOWS: JSON.stringify(FLOWS),
});
