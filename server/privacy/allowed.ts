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
