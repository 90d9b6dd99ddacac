import type { ProtectedEvent } from '../../shared/protected-event.ts';

/** The event that every example changes: a visit to a Taiwanese shop, with consent. */
const BASE: ProtectedEvent = {
  shop: 'demo',
  source: 'browser',
  messageId: 'msg-1',
  type: 'track',
  timestamp: '2026-11-20T08:30:15.250Z',
  receivedAt: '2026-11-20T08:30:15.900Z',
  identity: { anonymousId: '5c4f2a7e-8f0b-4b63-9d57-0a2b7d1f6e11' },
  consent: { advertising: true, analytics: true, marketing: true },
  context: {},
  properties: {},
  traits: {},
};

export const exampleEvent = (fields: Partial<ProtectedEvent>): ProtectedEvent => ({ ...BASE, ...fields });
