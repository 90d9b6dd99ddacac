import { isIP } from 'node:net';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { withoutClickIds } from './click-ids.ts';
import { coarseIp, coarseUserAgent, withCoarseCoordinates } from './coarsen.ts';

/** A copy of what a sender chose, without click ids and with coarse coordinates. */
export const reduced = <T>(value: T): T => withCoarseCoordinates(withoutClickIds(value));

/** Without consent to advertising: no click ids, coarse coordinates, a coarse address, a coarse user agent. */
export function asAllowed(event: ProtectedEvent): ProtectedEvent {
  if (event.consent.advertising) return event;
  const { context, properties, traits } = event;
  const { ip, userAgent, tiktok, ...rest } = reduced(context);
  return {
    ...event,
    ...namesOf(event),
    context: {
      ...rest,
      ...(ip !== undefined && isIP(ip) !== 0 && { ip: coarseIp(ip) }),
      ...(userAgent !== undefined && { userAgent: coarseUserAgent(userAgent) }),
      ...(tiktok && Object.keys(tiktok).length > 0 && { tiktok }),
    },
    properties: reduced(properties),
    traits: reduced(traits),
  };
}

/** The texts beside properties and traits that a sender chooses. */
function namesOf({ event, name, category }: Pick<ProtectedEvent, 'event' | 'name' | 'category'>) {
  return {
    ...(event !== undefined && { event: withoutClickIds(event) }),
    ...(name !== undefined && { name: withoutClickIds(name) }),
    ...(category !== undefined && { category: withoutClickIds(category) }),
  };
}
