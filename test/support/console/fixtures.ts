import { finding } from '../../../server/operator/setup/finding.ts';
import { inEnglish, notice } from '../../../shared/advice/notice.ts';
import type { AlertRule } from '../../../shared/alert-rules.ts';
import type {
  Alert,
  AuditRow,
  EventRow,
  MatchQuality,
  Notice,
  OrderRow,
  Outcome,
  Overview,
  ProblemGroup,
  Session,
  Setup,
} from '../../../shared/operator-api/index.ts';

/** The moment at which the fixtures are: nothing in them depends on the clock. */
export const NOW = Date.parse('2026-11-29T10:24:30.000Z');
export const ago = (ms: number): string => new Date(NOW - ms).toISOString();
const MINUTE = 60_000;

const TITLES = { tiktok: 'TikTok', customerio: 'Customer.io', shopline: 'SHOPLINE' } as const;
type Name = keyof typeof TITLES;
const NAMES = Object.keys(TITLES) as Name[];
const titled = NAMES.map((name) => ({ name, title: TITLES[name] }));

export const session: Session = {
  csrf: 'csrf-of-the-fixtures',
  endsAtMs: NOW + 12 * 3_600_000,
  version: '0.1.0',
  shops: ['dewleaf', 'dewleaf-tw'].map((id) => ({
    id,
    ...{ currency: 'TWD', country: 'TW', ordersFrom: 'platform' as const },
    destinations: titled.map((one) => ({ ...one, purpose: 'advertising', canTest: one.name !== 'shopline' })),
  })),
  destinations: titled,
  isDemo: false,
};

const delivered: Outcome[] = NAMES.map((destination) => ({ destination, state: 'delivered', attempt: 1 }));
/** What became of the events, in turn. */
const OUTCOMES: Outcome[][] = [
  delivered,
  delivered,
  [{ destination: 'tiktok', state: 'skipped', reason: 'consent' }, ...delivered.slice(1)],
  [{ destination: 'tiktok', state: 'retry', reason: 'throttled', attempt: 2 }, ...delivered.slice(1)],
  [delivered[0] as Outcome, { destination: 'customerio', state: 'skipped', reason: 'no-identity' }],
  [{ destination: 'tiktok', state: 'dead', reason: 'rejected' }, ...delivered.slice(1)],
  NAMES.map((destination) => ({ destination, state: 'waiting' })),
];
const KINDS: [name: string, path: string][] = [
  ['Product Viewed', '/products/alishan-oolong'],
  ['Page', '/collections/oolong-teas-from-the-high-mountains'],
  ['Product Added', '/products/celadon-cup'],
  ['Cart Viewed', '/cart'],
  ['Checkout Started', '/checkouts/8f2c41'],
  ['Order Completed', '/thank-you'],
];

export const events: EventRow[] = Array.from({ length: 24 }, (_, index) => {
  const [name, path] = KINDS[index % KINDS.length] as [string, string];
  const isOrder = name === 'Order Completed';
  return {
    messageId: `0198c7d2-5a11-7c3e-9b${String(index).padStart(2, '0')}-4f2e8d1a6b03`,
    shop: 'dewleaf',
    type: name === 'Page' ? 'page' : 'track',
    name: name === 'Page' ? 'Oolong teas' : name,
    source: isOrder ? 'platform' : 'browser',
    receivedAt: ago(index * 37_000),
    timestamp: ago(index * 37_000 + 900),
    ...(isOrder && { orderId: `2026112${index}`, value: 1_280 + index * 45, currency: 'TWD' }),
    path,
    consent: { advertising: index % 7 !== 2, analytics: true, marketing: index % 2 === 0 },
    outcomes: OUTCOMES[index % OUTCOMES.length] as Outcome[],
  };
});

const STATES = ['paid', 'paid', 'unpaid', 'paid', 'refunded', 'cancelled', 'paid'] as const;
export const orders: OrderRow[] = Array.from({ length: 14 }, (_, index) => {
  const state = STATES[index % STATES.length] as OrderRow['state'];
  return {
    shop: 'dewleaf',
    id: `21071${index}4408330${index}`,
    state,
    at: ago(index * 43 * MINUTE),
    total: 1_280 + index * 137.5,
    currency: 'TWD',
    isPaid: state === 'paid' || state === 'refunded',
    sources: ['platform', 'browser'],
    outcomes: (OUTCOMES[(index * 3) % OUTCOMES.length] as Outcome[]).map((outcome) => ({
      ...outcome,
      stage: state === 'unpaid' ? 'placed' : 'paid',
    })),
  };
});

const POINTS = 60;
/** The same numbers in every run, without a visible period. */
const wave = (base: number, seed: number) =>
  Array.from({ length: POINTS }, (_, i) =>
    Math.max(0, Math.round(base * (1 + 0.45 * Math.sin(i / 7 + seed) + 0.3 * Math.sin(i * 1.9 + seed * 3)))),
  );

export const overview: Overview = {
  from: ago(POINTS * MINUTE),
  to: ago(0),
  stepMs: MINUTE,
  times: Array.from({ length: POINTS }, (_, index) => ago((POINTS - index) * MINUTE)),
  events: [
    ...[{ name: 'Page', counts: wave(48, 1) }],
    ...[{ name: 'Product Viewed', counts: wave(31, 2) }],
    ...[{ name: 'Product Added', counts: wave(9, 3) }],
    ...[{ name: 'Checkout Started', counts: wave(4, 4) }],
    ...[{ name: 'Order Completed', counts: wave(2, 5) }],
    ...[{ name: 'Products Searched', counts: wave(3, 6) }],
    ...[{ name: 'identify', counts: wave(2, 7) }],
  ],
  destinations: NAMES.map((destination, index) => ({
    shop: 'dewleaf',
    destination,
    title: TITLES[destination],
    breaker: index === 1 ? 'open' : 'closed',
    waiting: index === 1 ? 214 : index,
    oldestAgeMs: index === 1 ? 252_000 : 400 * index,
    deadLetters: index === 0 ? 31 : 0,
    delivered: wave(80 - index * 18, index),
    skipped: wave(6, index + 4),
    retried: wave(index === 1 ? 9 : 1, index + 2),
    dead: wave(index === 0 ? 1 : 0, index),
    requests: wave(12, index),
    latencyMs: { p50: 240 + index * 90, p95: 890 + index * 300 },
    requestMs: { p50: 140, p95: 310 },
    latencyP95Ms: wave(890 + index * 300, index),
  })),
  storage: { synchronous: 'FULL', gaps: 0, bytes: 1_842_000_000 },
  reports: [
    {
      shop: 'dewleaf',
      target: 'marketing:MA_spring',
      at: ago(4 * MINUTE),
      words: 'accepted (trace 7f3a91c2)',
    },
    { shop: 'dewleaf', target: 'flow:welcome', at: ago(34 * MINUTE), words: 'accepted (trace 7f3a02bb)' },
  ],
  indexedUntil: { seq: 182_340, lag: 0 },
};

const WORDS =
  'Invalid value for properties.contents[#].content_id: expected a string of at most # characters.';
const advice = { means: 'What it means.', todo: 'What to do.' };
const group = (of: Partial<ProblemGroup>): ProblemGroup => ({
  ...{ shop: 'dewleaf', destination: 'tiktok', title: 'TikTok', state: 'dead', reason: 'rejected', count: 1 },
  ...{ oldestAt: ago(26 * 60 * MINUTE), newestAt: ago(12 * MINUTE), advice, canReplay: true },
  messageIds: events.slice(0, 4).map(({ messageId }) => messageId),
  ...of,
});
export const groups: ProblemGroup[] = [
  group({ count: 28, words: WORDS }),
  group({ count: 3, words: 'The event_time is more than 7 days in the past.' }),
  group({ state: 'skipped', reason: 'consent', count: 1_204 }),
  group({ state: 'skipped', reason: 'unmapped', count: 318, destination: 'shopline', title: 'SHOPLINE' }),
  group({ state: 'skipped', reason: 'unconfirmed-order', count: 6, canReplay: false }),
];

const DAYS = Array.from({ length: 7 }, (_, index) => ago((6 - index) * 24 * 60 * MINUTE).slice(0, 10));
const shares = (of: Record<string, number>) =>
  Object.entries(of).map(([key, share]) => ({
    ...{ key, share },
    byDay: DAYS.map((_, day) => Math.min(1, Math.max(0, share + 0.06 * Math.sin(day * 2 + share * 9)))),
  }));
export const match: MatchQuality = {
  days: DAYS,
  rows: [
    [
      'Order Completed',
      412,
      { email: 0.94, phone: 0.71, ttclid: 0.22, ttp: 0.38, ip: 0.97, value: 1, content_id: 1 },
    ],
    [
      'Product Added',
      3_120,
      { email: 0.31, phone: 0.12, ttclid: 0.27, ttp: 0.82, ip: 1, value: 0.99, content_id: 1 },
    ],
    [
      'Product Viewed',
      18_402,
      { email: 0.22, phone: 0.08, ttclid: 0.29, ttp: 0.84, ip: 1, value: 0.98, content_id: 0.93 },
    ],
  ].map(([event, count, keys]) => ({
    ...{
      shop: 'dewleaf',
      destination: 'tiktok',
      title: 'TikTok',
      event: event as string,
      count: count as number,
    },
    keys: shares(keys as Record<string, number>),
  })),
  gaps: [
    { key: 'ttp', share: 0.38, without: 255, event: 'Order Completed' },
    { key: 'phone', share: 0.71, without: 119, event: 'Order Completed' },
    { key: 'content_id', share: 0.93, without: 1_288, event: 'Product Viewed' },
  ].map((gap) => ({ ...gap, shop: 'dewleaf', destination: 'tiktok', advice: 'What raises it.' })),
  duplicates: [{ shop: 'dewleaf', orders: 396, joined: 391, apart: 5 }],
};

const alertOf = (rule: AlertRule, words: Notice, since: string): Alert => ({
  ...{ id: `alert-${rule}`, rule, severity: 'error', shop: 'dewleaf', since },
  ...{ ...words, words: inEnglish(words) },
});

export const alerts: Alert[] = [
  {
    ...alertOf(
      'dead-letters-rise',
      notice('dead-letters-rise', { value: 34, baseline: 1.5, hours: 8 }),
      ago(42 * MINUTE),
    ),
    ...{ destination: 'tiktok', reason: 'rejected' },
  },
  {
    ...alertOf(
      'token-expires',
      notice('token-expires', {
        variable: 'SHOPLINE_ACCESS_TOKEN',
        expiryAt: ago(-9 * 24 * 60 * MINUTE),
      }),
      ago(30 * 60 * MINUTE),
    ),
    severity: 'warning',
  },
  {
    ...alertOf('webhooks-silent', notice('webhooks-silent', {}), ago(90 * 60 * MINUTE)),
    until: ago(80 * 60 * MINUTE),
  },
];

export const setup: Setup = {
  findings: [
    finding('token-refused', 'error', { waiting: 214 }, { shop: 'dewleaf', destination: 'customerio' }),
    finding('trust-proxy-missing', 'warning', {}),
    finding('clock', 'ok', {}),
    finding('store', 'ok', {}),
    finding('destination', 'ok', {}, { shop: 'dewleaf', destination: 'tiktok' }),
  ],
  shops: session.shops.map(({ id }) => ({
    id,
    tag: "<script async src='https://collect.shop.example/s.js' data-key='dewleaf' data-consent-tool='auto'></script>",
    ordersFrom: 'platform',
    off: [
      notice('reporting-webhooks-off', {
        variables: 'CUSTOMERIO_WEBHOOK_SIGNING_KEY',
      }),
    ].map((one) => ({
      ...one,
      words: inEnglish(one).means,
    })),
    destinations: titled.map(({ name, title }, index) => ({
      ...{ name, title, waiting: index === 1 ? 214 : 0, deadLetters: index === 0 ? 31 : 0 },
      breaker: index === 1 ? 'paused' : 'closed',
      ...(index !== 1 && { lastSentAt: ago(4_000) }),
      canTest: name !== 'shopline',
    })),
  })),
};

export const actions: AuditRow[] = [
  {
    action: 'replay',
    selection: 'tiktok · rejected · since 2026-11-28',
    count: 28,
    note: 'content ids corrected',
  },
  { action: 'discard', selection: 'tiktok · rejected', count: 3, note: 'older than seven days' },
  { action: 'test-event', selection: 'tiktok · Product Viewed', count: 1 },
].map((row, index) => ({
  ...{ id: 40 - index, at: ago(index * 97 * MINUTE), who: 'session' as const },
  ...row,
}));
