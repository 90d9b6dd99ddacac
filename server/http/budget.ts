import { LIMITS } from '../../shared/names.ts';
import { busy, type HttpError } from './errors.ts';

/** Who sends a request, as far as its headers prove it. `unproven`: a page or the backend, as its body will show. */
export type Claimant = 'browser' | 'server' | 'platform' | 'unproven';

/** Who sent a whole request: the signature or the key was checked. */
export type Holder = 'browser' | 'server' | 'platform';

/** Bounds the memory that requests in progress hold, so that a slow disk leads to 503 answers and not to a crash. */
export interface Budget {
  /** Bytes of request bodies that are not answered yet: decompressed, or as far as they have arrived. */
  bytes(): number;
  /** Whole requests that are not answered yet. */
  requests(): number;
  /**
   * Holds a whole body until it is answered.
   *
   * @param shop whose it is, where that is known.
   * @returns releases it. @throws {HttpError} 503 when the budget, or the shop's share of it, is exceeded; then nothing is held.
   */
  hold(holder: Holder, bytes: number, shop?: string): () => void;
  /**
   * Begins to count a body that arrives in pieces.
   *
   * @param drop discards the body, to make room for newer ones. It must call `end`.
   */
  receive(claimant: Claimant, drop: (error: HttpError) => void): Receiving;
}

/** A body on its way. */
export interface Receiving {
  /** @throws {HttpError} 503 when the budget is exceeded; then these bytes are not counted. */
  add(bytes: number): void;
  /** The body is complete or given up: none of it is counted any longer. */
  end(): void;
}

/** Bytes of request bodies at one time; parsed, a body takes a few times its size until it is stored. */
const MAX_IN_FLIGHT_BYTES = 32 * 1024 * 1024;
/** The share of it that one of several shops may have. */
const SHOP_SHARE = 1 / 4;

export const createProcessBudget = (shopCount: number): Budget =>
  createBudget(MAX_IN_FLIGHT_BYTES, shopCount > 1 ? MAX_IN_FLIGHT_BYTES * SHOP_SHARE : undefined);

/**
 * @param maxBytes of the bodies of browsers, those on their way included, which take at most half of it. A quarter more is
 *   kept for the backend and the shop system. Bodies on their way whose sender is not proven yet have budgets of their
 *   own, half and a quarter, at least one body each. There the one that has been arriving for the longest time is dropped
 *   for newer ones, so that senders who stop halfway keep out none of the others.
 * @param maxShopBytes of the browsers of one shop, and as much of its backend: what one shop sends leaves room for others.
 */
export function createBudget(maxBytes: number, maxShopBytes = Number.POSITIVE_INFINITY): Budget {
  const held = { browser: 0, trusted: 0 };
  /** By sender and shop. */
  const ofShops = new Map<string, number>();
  let requests = 0;
  const reserve = maxBytes / 4;
  const fits = (holder: 'browser' | 'trusted', bytes: number): boolean =>
    held.browser + held.trusted + arriving.browser.bytes() + arriving.server.bytes() + bytes <=
      maxBytes + reserve &&
    (holder === 'trusted' || held.browser + arriving.browser.bytes() + bytes <= maxBytes);
  const arriving: Record<Claimant, Arriving> = {
    browser: refusing((bytes, all) => all <= maxBytes / 2 && fits('browser', bytes)),
    server: refusing((bytes) => fits('trusted', bytes)),
    platform: droppingOldest(Math.max(maxBytes / 4, LIMITS.requestBytes)),
    unproven: droppingOldest(Math.max(maxBytes / 2, LIMITS.requestBytes)),
  };
  return {
    bytes: () =>
      Object.values(arriving).reduce((sum, { bytes }) => sum + bytes(), held.browser + held.trusted),
    requests: () => requests,
    hold(sender, bytes, shop) {
      const holder = sender === 'browser' ? 'browser' : 'trusted';
      const place = `${holder} ${shop}`;
      const ofShop = (ofShops.get(place) ?? 0) + bytes;
      if (!fits(holder, bytes)) throw overloaded();
      if (shop !== undefined && ofShop > maxShopBytes) throw busy('Too much of this shop is in progress');
      held[holder] += bytes;
      ofShops.set(place, ofShop);
      requests++;
      return () => {
        held[holder] -= bytes;
        requests--;
        const left = (ofShops.get(place) ?? 0) - bytes;
        if (left === 0) ofShops.delete(place);
        else ofShops.set(place, left);
      };
    },
    receive: (claimant, drop) => arriving[claimant].receive(drop),
  };
}

interface Arriving {
  bytes(): number;
  receive: (drop: (error: HttpError) => void) => Receiving;
}

/** @param fits whether so many bytes more, `all` together with those on their way, are within the budget. */
function refusing(fits: (bytes: number, all: number) => boolean): Arriving {
  let all = 0;
  return {
    bytes: () => all,
    receive() {
      let own = 0;
      return {
        add(bytes) {
          if (!fits(bytes, all + bytes)) throw overloaded();
          all += bytes;
          own += bytes;
        },
        end() {
          all -= own;
          own = 0;
        },
      };
    },
  };
}

function droppingOldest(maxBytes: number): Arriving {
  /** In the order of their first bytes. */
  const bodies = new Set<(error: HttpError) => void>();
  const { bytes: all, receive } = refusing((_bytes, sum) => sum <= maxBytes);
  return {
    bytes: all,
    receive(drop) {
      const receiving = receive(drop);
      bodies.add(drop);
      return {
        add(bytes) {
          for (const oldest of bodies) {
            if (all() + bytes <= maxBytes || oldest === drop) break;
            oldest(overloaded());
          }
          receiving.add(bytes);
        },
        end() {
          bodies.delete(drop);
          receiving.end();
        },
      };
    },
  };
}

const overloaded = () => busy('The collector is overloaded');
