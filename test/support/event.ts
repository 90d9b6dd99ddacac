import type { ProtectedEvent } from '../../shared/protected-event.ts';

let sequence = 0;

/** A stored event with every purpose granted; only what a test is about needs to be said. */
export function event(parts: Partial<ProtectedEvent> = {}): ProtectedEvent {
  sequence++;
  return {
    shop: 'shop',
    messageId: `message-${sequence}`,
    source: 'browser',
    type: 'track',
    event: 'Product Viewed',
    timestamp: '2026-03-01T00:00:00.000Z',
    receivedAt: '2026-03-01T00:00:00.000Z',
    identity: { anonymousId: `visitor-${sequence}` },
    consent: { advertising: true, analytics: true, marketing: true },
    context: {},
    properties: {},
    traits: {},
    ...parts,
  };
}
