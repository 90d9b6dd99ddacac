import { isIP } from 'node:net';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { withoutClickIds } from './click-ids.ts';
import { coarseIp, coarseUserAgent } from './coarsen.ts';

/** Without consent to advertising: no click ids, a coarse address, a coarse user agent. */
export function asAllowed(event: ProtectedEvent): ProtectedEvent {
  if (event.consent.advertising) return event;
  const { context, properties, traits } = event;
  const { ip, userAgent, tiktok, ...rest } = withoutClickIds(context);
  return {
    ...event,
    ...namesOf(event),
    context: {
      ...rest,
      ...(ip !== undefined && isIP(ip) !== 0 && { ip: coarseIp(ip) }),
      ...(userAgent !== undefined && { userAgent: coarseUserAgent(userAgent) }),
      ...(tiktok && Object.keys(tiktok).length > 0 && { tiktok }),
    },
    properties: withoutClickIds(properties),
    traits: withoutClickIds(traits),
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
