import type { Settings } from './event.ts';
import type { Chance } from './random.ts';

/** Links carry it as `utm_id`. */
export const AD = 'MA_6019932248291157288';
/** A rule finds it by `utm_campaign=spring…`. */
export const SPRING = 'MA_6019932248291157301';
/** A newsletter of Customer.io; rules find it by newsletter id and by the utm values of its links. */
export const WEEKLY = 'MA_6019932248291157355';
/** In links only, not in the configuration. */
export const STRAY = 'MA_6019932248291157399';
/** Known by its costs only. */
export const COSTLY = 'MA_6019932248291157402';

export const WELCOME = {
  flowId: '5598349859474639045',
  campaignId: 12,
  nodes: [
    { nodeId: '5a206848-5e7e-4e50-93de-01bb4d9c7ac5', actionId: 7 },
    { nodeId: '7c1d0e92-0f5b-4a53-8e0f-2f6f3c9d1b20', actionId: 8 },
  ],
  /** Sends messages, but is not listed as a node. */
  unlistedActionId: 70,
} as const;
export const WINBACK = {
  flowId: '5598349859474639046',
  campaignId: 34,
  nodes: [{ nodeId: 'b3f0c7de-33aa-4f0e-9d65-0d8a4f7be911', actionId: 9 }],
} as const;
/** Configured, but never sends a message. */
export const QUIET = {
  flowId: '5598349859474639047',
  campaignId: 56,
  nodes: [{ nodeId: 'e1a9d5b4-6c2f-4f9d-8a3b-7e5c1d0f2a64', actionId: 10 }],
} as const;
export const NEWSLETTER_ID = 77;

export const RULES = [
  { marketing_event_id: SPRING, utm_campaign: 'spring*' },
  { marketing_event_id: WEEKLY, newsletter_id: String(NEWSLETTER_ID) },
  { marketing_event_id: WEEKLY, utm_source: 'customer.io', utm_medium: 'e*mail' },
];
const PREVIEW = 'https://cdn.shop.example/preview/8.png';
export const FLOWS = [
  {
    flow_id: WELCOME.flowId,
    campaign_id: '12',
    nodes: [
      { node_id: WELCOME.nodes[0].nodeId, action_id: '7' },
      {
        node_id: WELCOME.nodes[1].nodeId,
        action_id: '8',
        parent_node_id: WELCOME.nodes[0].nodeId,
        preview_image_url: PREVIEW,
      },
    ],
  },
  {
    flow_id: WINBACK.flowId,
    campaign_id: '34',
    nodes: [{ node_id: WINBACK.nodes[0].nodeId, action_id: '9' }],
  },
  { flow_id: QUIET.flowId, campaign_id: '56', nodes: [{ node_id: QUIET.nodes[0].nodeId, action_id: '10' }] },
];
export const SETTINGS: Settings = {
  currency: 'TWD',
  ordersFrom: 'browser',
  attributionDays: 7,
  rules: RULES,
  flows: FLOWS,
};

/** One browser. */
export interface Device {
  anonymousId: string;
  userAgent: string;
  country: string | undefined;
  cartToken: string;
  consent?: Record<string, boolean>;
}

/** A person known to the shop or to its email system. */
export interface Person {
  userId?: string;
  email: string;
  cioId?: string;
}

/** A browser and the person who uses it, if known. */
export interface Visitor {
  device: Device;
  person?: Person;
  role: 'anonymous' | 'user' | 'two devices' | 'shared' | 'reader' | 'bot' | 'no analytics';
}

const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.6478.127 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
];
export const ROBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const COUNTRIES = ['TW', 'TW', 'TW', 'TW', 'HK', 'HK', 'JP', 'JP', 'SG', 'US', 'MY', 'DE', undefined];

export function createDevice(chance: Chance, parts: Partial<Device> = {}): Device {
  return {
    anonymousId: chance.uuid(),
    userAgent: chance.pick(BROWSERS),
    country: chance.pick(COUNTRIES),
    cartToken: `cart-${chance.uuid()}`,
    ...parts,
  };
}

/** All visitors of the scenario. A person who receives email through Customer.io has a `cioId`. */
export function createVisitors(chance: Chance): Visitor[] {
  let users = 0;
  const person = (): Person => {
    users++;
    return { userId: `customer-${users}`, email: `buyer.${users}@mail.example` };
  };
  const known = (isReader: boolean): Person => ({
    ...person(),
    ...(isReader && { cioId: `cio${chance.digits(16)}` }),
  });
  const visitors: Visitor[] = [];
  const many = (count: number, add: (index: number) => void) => {
    for (let index = 0; index < count; index++) add(index);
  };
  many(120, () => visitors.push({ role: 'anonymous', device: createDevice(chance) }));
  many(40, (index) =>
    visitors.push({ role: 'user', device: createDevice(chance), person: known(index % 3 === 0) }),
  );
  many(16, (index) => {
    const both = known(index % 3 === 0);
    many(2, () => visitors.push({ role: 'two devices', device: createDevice(chance), person: both }));
  });
  many(8, (index) => {
    const device = createDevice(chance);
    many(2, () => visitors.push({ role: 'shared', device, person: known(index % 4 === 0) }));
  });
  many(10, (index) => {
    const email = `reader.${index + 1}@mail.example`;
    const device = createDevice(chance);
    visitors.push({ role: 'reader', device, person: { email, cioId: `cio${chance.digits(16)}` } });
  });
  many(10, () => visitors.push({ role: 'bot', device: createDevice(chance, { userAgent: ROBOT }) }));
  many(14, () => {
    const consent = { advertising: true, analytics: false, marketing: true };
    visitors.push({ role: 'no analytics', device: createDevice(chance, { consent }) });
  });
  return visitors;
}
