import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { type Recorded, withRecord } from '../../privacy/effective-consent.ts';
import { readStored } from './stored-event.ts';

/** Replaces an event that is damaged on disk. It consents to no purpose, so no destination gets it. */
export const UNREADABLE: ProtectedEvent = {
  shop: '',
  source: 'browser',
  messageId: '',
  type: 'track',
  timestamp: new Date(0).toISOString(),
  receivedAt: new Date(0).toISOString(),
  identity: {},
  consent: { advertising: false, analytics: false, marketing: false },
  context: {},
  properties: {},
  traits: {},
};

/** A stored event under the consent record of its lease; `UNREADABLE` when it is damaged. */
export function toEvent(body: string, recorded?: Recorded): ProtectedEvent {
  try {
    const event = readStored(body);
    return recorded ? withRecord(event, recorded) : event;
  } catch {
    return UNREADABLE;
  }
}
