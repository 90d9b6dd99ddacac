import type { Config } from '../config/config.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { Claimant } from './budget.ts';
import type { Received } from './direct-handler.ts';
import { HttpError } from './errors.ts';
import { createLimits, type Limits } from './rate-limit.ts';
import { createProxyCheck } from './unnamed-proxy.ts';
import { createFindShop, type KeyHolder, type PresentedKeys } from './write-key.ts';

export interface Admission {
  /**
   * Whose request it is; counts it.
   *
   * @param counted whose it is by its headers alone: it was counted then, and its body is checked for keys that pages must
   *   not show.
   * @throws {HttpError} 401 or 403 for its keys or its origin, 429 past a limit.
   */
  admit(keys: PresentedKeys, request: Received, counted?: KeyHolder): KeyHolder;
  /** Counts a request that needs no key. @returns undefined without a known one. @throws {HttpError} 403, 429 */
  admitKeyless(keys: PresentedKeys, request: Received): KeyHolder | undefined;
  /** Counts the bytes of its unpacked body. @throws {HttpError} 429 past a limit of browsers. */
  admitBytes(holder: KeyHolder | undefined, request: Received, bytes: number): void;
}

export function createAdmission(
  config: Config,
  parts: { logger: Logger; counters: Counters; nowMs: () => number },
): Admission {
  const findShop = createFindShop(config.shops, parts);
  const checkProxy = createProxyCheck(config, parts.logger);
  const limits: Limits = createLimits(config, parts.nowMs, parts.logger);
  const find = (keys: PresentedKeys, request: Received) => {
    try {
      return findShop(keys, request.headers.origin);
    } catch (error) {
      limits.browserRequest(undefined, request.ip);
      throw error;
    }
  };
  const admit: Admission['admit'] = (keys, request, counted) => {
    const holder = find(keys, request);
    if (counted) return holder;
    if (holder.source === 'server') limits.serverRequest(holder.key);
    else {
      checkProxy(request);
      limits.browserRequest(holder.shop, request.ip);
    }
    return holder;
  };
  return {
    admit,
    admitKeyless(keys, request) {
      try {
        return admit(keys, request);
      } catch (error) {
        // It was counted for its address.
        if (error instanceof HttpError && error.status === 401) return undefined;
        throw error;
      }
    },
    admitBytes(holder, request, bytes) {
      if (holder?.source !== 'server') limits.browserBytes(holder?.shop, request.ip, bytes);
    },
  };
}

/** @param known whose key the headers carry; undefined when the key is in the body or the URL. */
export const claimantOf = (known: KeyHolder | undefined, { headers }: Received): Claimant =>
  known?.source ?? (headers.origin === undefined ? 'unproven' : 'browser');
