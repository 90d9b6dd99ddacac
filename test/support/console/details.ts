import type {
  EventAnswer,
  OrderAnswer,
  Reconciliation,
  TestEventAnswer,
  Visitor,
} from '../../../shared/operator-api/index.ts';
import { ago, events, orders } from './fixtures.ts';

const first = events[5] as (typeof events)[number];
const payload = {
  event: 'Purchase',
  event_id: 'order:2107104408330',
  event_time: 1_764_411_815,
  user: { email: '8f14e45fceea167a5a36dedd4bea2543d4f0a1b2c3d4e5f60718293a4b5c6d7e', ttclid: 'E.C.P.CrQB…' },
  properties: { value: 1505, currency: 'TWD', contents: [{ content_id: '', quantity: 2, price: 640 }] },
};

export const eventAnswer: EventAnswer = {
  row: first,
  event: {
    messageId: first.messageId,
    event: first.name,
    identity: { anonymousId: '5d0c9a7e-31f2-4a60-8f5b-1c2d3e4f5a6b', emailSha256: payload.user.email },
    properties: { order_id: first.orderId, total: '1505', currency: 'TWD' },
  },
  consentToday: first.consent,
  consentRecords: [
    {
      ...{ id: '5d0c9a7e-31f2-4a60-8f5b-1c2d3e4f5a6b', at: ago(3_600_000), source: 'browser' },
      consent: { advertising: true, analytics: true, marketing: false },
    },
  ],
  captured: {
    source: 'platform',
    page: 'https://dewleaf.example/thank-you?utm_source=tiktok',
    referrer: 'https://dewleaf.example/checkouts/8f2c41',
  },
  steps: [
    { step: 'happened', at: first.timestamp },
    { step: 'received', at: first.receivedAt },
    {
      step: 'protected',
      hashed: ['traits.email', 'traits.phone'],
      warnings: [
        { path: 'properties.total', code: 'field-coerced' },
        { path: 'properties.password', code: 'field-dropped' },
      ],
    },
    { step: 'stored', at: first.receivedAt },
    { step: 'joined', at: ago(180_000) },
  ],
  deliveries: [
    {
      ...{ destination: 'tiktok', title: 'TikTok', state: 'dead', reason: 'rejected', canReplay: true },
      words:
        'Invalid value for properties.contents[0].content_id: expected a string of at most 100 characters.',
      at: ago(150_000),
      attempts: [
        { at: ago(170_000), ms: 5_000, outcome: 'retry', attempt: 1, words: 'No answer within 5 s.' },
        {
          ...{ at: ago(150_000), ms: 312, outcome: 'rejected', attempt: 2, status: 200, code: '40002' },
          requestId: '20261129102200010115190240',
        },
      ],
      payloads: [payload],
      payloadState: 'exact',
      curl: `curl -X POST https://business-api.tiktok.com/open_api/v1.3/event/track/ -H "Access-Token: $TIKTOK_ACCESS_TOKEN" -d '${JSON.stringify(payload)}'`,
    },
    {
      ...{ destination: 'customerio', title: 'Customer.io', state: 'delivered', canReplay: false },
      attempts: [{ at: ago(171_000), ms: 148, outcome: 'delivered', attempt: 1, status: 200 }],
      payloads: [{ type: 'track', event: 'Order Completed' }],
      payloadState: 'changed',
    },
    {
      ...{
        destination: 'shopline',
        title: 'SHOPLINE',
        state: 'skipped',
        reason: 'unmapped',
        canReplay: true,
      },
      attempts: [],
      payloadState: 'unavailable',
    },
  ],
};

const order = orders[0] as (typeof orders)[number];
export const orderAnswer: OrderAnswer = {
  order,
  names: [
    { name: order.id, isTrusted: true },
    { name: '#10452', isTrusted: true },
    { name: 'TEMP-8f2c41', isTrusted: false },
  ],
  reports: [
    {
      source: 'browser',
      name: 'Order Completed',
      at: ago(65_000),
      receivedAt: ago(64_000),
      total: 1_280,
    },
    {
      source: 'platform',
      name: 'Order Completed',
      at: ago(66_000),
      receivedAt: ago(61_000),
      total: 1_280,
    },
    {
      source: 'platform',
      name: 'Order Paid',
      at: ago(58_000),
      receivedAt: ago(57_000),
      total: 1_280,
    },
  ].map((report, index) => ({
    ...report,
    messageId: `report-${index}`,
  })) as OrderAnswer['reports'],
  evidence: [
    {
      ...{
        messageId: events[0]?.messageId ?? '',
        name: 'Order Completed',
        status: 'joined',
        total: 1_280,
      },
      ...{ at: ago(65_000), receivedAt: ago(64_000), path: '/thank-you' },
      consent: { advertising: true, analytics: true, marketing: false },
    },
  ],
  stages: (['placed', 'paid'] as const).map((stage) => ({
    ...{ stage, messageId: first.messageId, at: ago(57_000), total: 1_280, outcomes: first.outcomes },
    requests: eventAnswer.deliveries.flatMap(({ destination, attempts }) =>
      attempts.map((attempt) => ({ ...attempt, destination })),
    ),
  })),
  consent: [
    {
      id: '5d0c9a7e-31f2-4a60-8f5b-1c2d3e4f5a6b',
      at: ago(3_600_000),
      source: 'browser',
      consent: { advertising: true, analytics: true, marketing: false },
    },
  ],
  attribution: { ttclid: 'E.C.P.CrQBxyz', utm_source: 'tiktok', utm_campaign: 'spring', utm_id: 'MA_spring' },
};

export const reconciliation: Reconciliation = {
  ...{ shop: 'dewleaf', day: '2026-11-28', timeZone: 'Asia/Taipei' },
  ...{ from: '2026-11-27T16:00:00.000Z', to: '2026-11-28T16:00:00.000Z' },
  orders: { total: 431, paid: 412, amounts: { TWD: 612_480 } },
  unjoined: { open: 2, 'not-joined': 0, 'unconfirmed-order': 3 },
  destinations: [
    {
      ...{ destination: 'tiktok', title: 'TikTok', accepted: 409, words: 'TikTok 409 of 412' },
      missing: [
        { reason: 'consent', state: 'skipped', count: 2, orders: orders.slice(1, 3).map(({ id }) => id) },
        { reason: 'rejected', state: 'dead', count: 1, orders: orders.slice(5, 6).map(({ id }) => id) },
      ],
    },
    {
      ...{ destination: 'customerio', title: 'Customer.io', accepted: 412, words: 'Customer.io 412 of 412' },
      missing: [],
    },
    {
      ...{ destination: 'shopline', title: 'SHOPLINE', accepted: 408, words: 'SHOPLINE 408 of 412' },
      missing: [
        { reason: 'waiting', state: 'waiting', count: 3, orders: orders.slice(7, 10).map(({ id }) => id) },
        { reason: 'not-sent', state: 'none', count: 1, orders: orders.slice(10, 11).map(({ id }) => id) },
      ],
    },
  ],
};

const browser = '5d0c9a7e-31f2-4a60-8f5b-1c2d3e4f5a6b';
export const visitor: Visitor = {
  shop: 'dewleaf',
  ids: [browser, 'customer-20714', payload.user.email],
  browsers: [browser],
  consents: [
    {
      ...{ id: browser, at: ago(3_600_000) },
      consent: { advertising: true, analytics: true, marketing: false },
      history: [
        {
          ...{ at: ago(86_400_000), receivedAt: ago(86_399_000), source: 'browser' },
          consent: { advertising: false, analytics: true },
        },
        {
          ...{ at: ago(3_600_000), receivedAt: ago(3_599_000), source: 'browser' },
          consent: { advertising: true, analytics: true, marketing: false },
        },
      ],
    },
  ],
  links: {
    evidenced: [{ userId: 'customer-20714', key: payload.user.email, at: ago(7_200_000) }],
    claimed: { userIds: [], browsers: ['0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d'] },
  },
  orders: orders.slice(0, 2).map(({ id }) => id),
  counts: { events: 31, mentions: 1, orders: 2, browsers: 1, evidenced: 1, claimed: 1 },
  remains: [
    {
      destination: 'tiktok',
      code: 'tiktok-not-erased',
      why: 'In other words.',
    },
    {
      destination: 'customerio',
      code: 'of-a-later-version',
      why: 'What was delivered stays in its exports.',
    },
  ],
};

export const testAnswer: TestEventAnswer = {
  ...{
    destination: 'tiktok',
    title: 'TikTok',
    name: 'Product Viewed',
    outcome: 'delivered',
    status: 200,
    ms: 214,
  },
  payloads: [{ event: 'ViewContent' }],
};

const messages = { sent: 128, delivered: 126, opened: 71, machineOpened: 12, clicked: 19 };
export const statistics = {
  shops: [
    {
      shop: 'dewleaf',
      marketing: ['MA_spring', 'MA_oolong'].map((marketingEventId, index) => ({
        marketingEventId,
        ...{
          orders: 42 - index * 17,
          paidOrders: 40 - index * 17,
          amountHundredths: 6_124_000 - index * 2_000_000,
        },
        ...{ refundedHundredths: 0, buyers: 39 - index * 15, newBuyers: 27 - index * 12, visitors: 1_840 },
        ...{ landings: 2_011, carts: 204, checkouts: 77, spendHundredths: index === 0 ? 1_450_000 : 0 },
      })),
      flows: [
        {
          ...{ flowId: 'welcome', orders: 9, amountHundredths: 1_284_000, journeys: 131, messages },
          nodes: ['welcome-1', 'welcome-2'].map((nodeId) => ({
            ...{ nodeId, orders: 4, amountHundredths: 640_000, messages },
          })),
        },
      ],
      synced: [
        { target: 'marketing:MA_spring', at: ago(240_000), traceId: '7f3a91c2' },
        { target: 'flow:welcome', at: ago(2_040_000), error: 'quota exceeded' },
      ],
    },
  ],
};
