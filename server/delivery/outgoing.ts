import type { Config } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import { createRateLimiters } from '../lib/rate-limiter.ts';
import type { Shutdown } from '../lib/shutdown.ts';
import { createClockOffsets } from '../observe/clock-offsets.ts';
import { createSecretRedactor } from '../observe/log.ts';
import { createDeliveryHttp } from './start.ts';

/** What every sender of requests to other systems shares, and how their clocks differ from ours. Shutdown closes the connections. */
export function openOutgoing({ shops, secrets }: Config, clock: Clock, shutdown: Shutdown) {
  const { http, close } = createDeliveryHttp(shops);
  shutdown.onShutdown(close);
  const clockOffsets = createClockOffsets(clock.now);
  return {
    clockOffsets,
    http: clockOffsets.watch(http),
    redactSecrets: createSecretRedactor(secrets),
    rateLimiterFor: createRateLimiters(clock),
  };
}
