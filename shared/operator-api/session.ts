import { z } from 'zod';
import { DestinationName } from './common.ts';

/** `POST /console/login`. */
export const LoginRequest = z.strictObject({ token: z.string().min(1).max(1_000) });

/** Sent as `X-CSRF-Token` with every request that changes something. */
const Csrf = z.string();
export const LoginAnswer = z.object({ csrf: Csrf });
export type LoginAnswer = z.infer<typeof LoginAnswer>;

/** `GET /console/session`. */
export const Session = z.object({
  csrf: Csrf,
  version: z.string(),
  /** When the session ends, epoch ms; absent where no token is needed. */
  endsAtMs: z.number().optional(),
  shops: z.array(
    z.object({
      id: z.string(),
      /** ISO 4217. */
      currency: z.string(),
      /** ISO 3166-1 alpha-2. */
      country: z.string(),
      ordersFrom: z.enum(['platform', 'server', 'browser']),
      destinations: z.array(
        z.object({
          name: DestinationName,
          /** What a person reads: `TikTok`, `TikTok (eu)`. */
          title: z.string(),
          purpose: z.string(),
          /** `POST /admin/test-event` can send to it. */
          canTest: z.boolean(),
        }),
      ),
    }),
  ),
  /** The same for all shops, each name once, in the order in which they are shown. */
  destinations: z.array(z.object({ name: DestinationName, title: z.string() })),
  /** The demo shop runs here. */
  isDemo: z.boolean(),
});
export type Session = z.infer<typeof Session>;
