import { describe, expect, test } from 'vitest';
import { readFacts } from '../../server/analytics/read-facts.ts';
import { createTargets } from '../../server/analytics/targets.ts';
import type { JsonObject, ProtectedEvent } from '../../shared/protected-event.ts';
import { event } from '../support/event.ts';

const AT = '2026-03-01T08:00:00.000Z';
const times = { atMs: Date.parse(AT), receivedAtMs: Date.parse(AT) };
const RULES = {
  currency: 'TWD',
  targets: createTargets({
    attributionMs: 0,
    rules: [{ marketing_event_id: 'MA_1', campaign_id: '12' }],
    flows: [{ flow_id: 'F1', campaign_id: '12', nodes: [{ node_id: 'N1', action_id: '7' }] }],
  }),
};
const TARGETS = { marketingEventId: 'MA_1', flowId: 'F1', nodeId: 'N1' };

const proven = { receivedAtMs: times.receivedAtMs, isProven: true };
const LINKS = [
  { one: 'u:u1', other: 'e:e1', ...proven },
  { one: 'u:u1', other: 'c:c1', ...proven },
  { one: 'e:e1', other: 'c:c1', ...proven },
];

const report = (properties: JsonObject, parts: Partial<ProtectedEvent> = {}) =>
  readFacts(
    event({
      messageId: 'm1',
      event: 'Email Sent',
      source: 'platform',
      consent: { advertising: false, analytics: false, marketing: false },
      timestamp: AT,
      receivedAt: AT,
      identity: { userId: 'u1', emailSha256: 'e1' },
      properties: {
        delivery_id: 'd1',
        campaign_id: 12,
        action_id: 7,
        journey_id: 'j1',
        cio_id: 'c1',
        ...properties,
      },
      ...parts,
    }),
    RULES,
  );

test('a report gives the message, its person and its targets', () => {
  expect(report({ metric: 'sent' })).toEqual({
    messages: [{ deliveryId: 'd1', metric: 'sent', journeyId: 'j1', person: 'u:u1', ...TARGETS, ...times }],
    links: LINKS,
  });
});

test.each<[string, boolean | undefined, string | undefined]>([
  ['attempted', undefined, 'attempted'],
  ['sent', undefined, 'sent'],
  ['delivered', undefined, 'delivered'],
  ['opened', undefined, 'opened'],
  ['opened', true, 'machine-opened'],
  ['clicked', undefined, 'clicked'],
  ['clicked', true, 'machine-clicked'],
  ['bounced', true, 'bounced'],
  ['failed', undefined, 'failed'],
  ['dropped', undefined, 'failed'],
  ['undeliverable', undefined, 'failed'],
  ['unsubscribed', undefined, 'unsubscribed'],
  ['spammed', undefined, 'spammed'],
  ['drafted', undefined, undefined],
  ['converted', undefined, undefined],
  ['toString', undefined, undefined],
  ['__proto__', undefined, undefined],
])('metric %s, by a machine %s, is counted as %s', (metric, machine, counted) => {
  expect(report({ metric, ...(machine && { machine }) }).messages?.[0]?.metric).toBe(counted);
});

test('a person’s click is a touch; a machine’s click, an open and a click without an id are not', () => {
  expect(report({ metric: 'clicked' }).touches).toEqual([
    { id: 'm1', kind: 'click', people: ['u:u1', 'e:e1', 'c:c1'], claimed: [], ...TARGETS, ...times },
  ]);
  expect(report({ metric: 'clicked', machine: true })).not.toHaveProperty('touches');
  expect(report({ metric: 'opened' })).not.toHaveProperty('touches');
  const anonymous = report({ metric: 'clicked', cio_id: '' }, { identity: {} });
  expect(anonymous).not.toHaveProperty('touches');
  expect(anonymous.messages).toHaveLength(1);
});

test('a message of no rule and no flow is counted nowhere, and still links the ids of its recipient', () => {
  expect(report({ metric: 'clicked', campaign_id: 13 })).toEqual({ links: LINKS, leftOut: ['unmapped'] });
});

test('a report without a message id counts nothing', () => {
  expect(report({ metric: 'sent', delivery_id: null })).toEqual({});
  expect(report({ metric: 'sent', delivery_id: 5 })).toEqual({});
  expect(report({ metric: 7 })).toEqual({});
});

describe('an event of a page with the same properties', () => {
  test.each<[string, Partial<ProtectedEvent>]>([
    ['is no report of Customer.io', { source: 'browser' }],
    ['is none either from the shop’s backend', { source: 'server' }],
  ])('%s', (_, parts) => {
    const found = report({ metric: 'clicked' }, parts);
    expect(found).not.toHaveProperty('messages');
    expect(found).not.toHaveProperty('touches');
  });
});
