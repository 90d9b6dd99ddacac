import { createDice, type Dice } from './dice.ts';
import { plantedAt } from './planted.ts';
import { rhythm, type SimulatedShop } from './shops.ts';

export const DESTINATIONS = ['tiktok', 'customerio'] as const;

/** What one shop had in one hour. */
export interface HourOfShop {
  names: Record<string, number>;
  deliveries: Record<string, { delivered: number; dead: number; match: Record<string, Match> }>;
  rejected: number;
  coerced: number;
  unconfirmed: number;
  provisional: number;
}
export interface Match {
  count: number;
  keys: Record<string, number>;
}

/** Shares of deliveries that carry a key, outside of campaigns. */
const KEYS: Record<string, Record<string, number>> = {
  'Order Completed': {
    email: 0.92,
    phone: 0.7,
    ip: 0.97,
    ttclid: 0.12,
    value: 0.99,
    currency: 0.99,
    content_id: 0.97,
  },
  'Product Viewed': {
    email: 0.22,
    phone: 0.08,
    ip: 0.97,
    ttclid: 0.1,
    value: 0.9,
    currency: 0.9,
    content_id: 0.98,
  },
};

/** The hours of one shop, one after the other; the same for the same seed. */
export function createTraffic(shop: SimulatedShop, seed: number) {
  const dice = createDice(seed);
  let day = 0;
  let dayFactor = 1;

  /** @param hour since the month began; negative before it. @param epochHour the same since 1970. */
  return function nextHour(hour: number, epochHour: number): HourOfShop {
    if (Math.floor(epochHour / 24) !== day) {
      day = Math.floor(epochHour / 24);
      dayFactor = dice.around(shop.dayNoise);
    }
    const at = (rule: Parameters<typeof plantedAt>[0], destination?: string) =>
      plantedAt(rule, hour, { shop: shop.id, ...(destination !== undefined && { destination }) });
    const campaign = shop.campaigns.find(
      ({ fromDay, days }) => hour >= fromDay * 24 && hour < (fromDay + days) * 24,
    );
    const busy =
      (rhythm(shop, epochHour) / 24) *
      dayFactor *
      dice.around(shop.hourNoise) *
      (campaign?.views ?? 1) *
      (at('purchases-drop')?.isOutage ? 0 : 1);
    const views = dice.poisson(shop.viewsPerDay * busy);
    const orderRate =
      shop.ordersPerDay * busy * (campaign?.conversion ?? 1) * (at('purchases-drop')?.level ?? 1);
    const orders = dice.poisson(orderRate);
    const names: Record<string, number> = {
      page: dice.poisson(views * 1.6),
      'Product Viewed': views,
      'Product Added': dice.poisson(views * 0.12),
      'Checkout Started': dice.poisson(views * 0.03),
      'Order Completed': orders,
      identify: dice.poisson(views * 0.02),
      'Size Guide Opened': dice.poisson(views * 0.03),
    };
    const misspelt = at('event-name-unknown');
    if (misspelt) names['Product Added to Wish List'] = dice.poisson(views * misspelt.level);
    const messages = Object.values(names).reduce((sum, count) => sum + count, 0);
    // Robots and old tabs send something unusable now and then, a few at once.
    const bad = dice.chance(0.05) ? 1 + dice.poisson(3) : 0;
    return {
      names,
      deliveries: Object.fromEntries(
        DESTINATIONS.map((name) => [
          name,
          deliver(dice, names, campaign !== undefined, {
            left: at('deliveries-drop', name)?.level ?? 1,
            isPaused: at('token-refused', name) !== undefined,
            dead: at('deliveries-refused', name)?.level ?? at('dead-letters-rise', name)?.level ?? 0.0005,
            email: at('match-keys-fall', name)?.level ?? 1,
          }),
        ]),
      ),
      rejected: Math.min(bad, messages) + dice.poisson(messages * (at('rejections-rise')?.level ?? 0.0005)),
      coerced: dice.poisson(messages * (at('coercions-rise')?.level ?? 0.002)),
      unconfirmed: dice.poisson(orderRate * (at('unconfirmed-orders-rise')?.level ?? 0.02)),
      provisional: at('platform-orders-absent') ? orders : 0,
    };
  };
}

function deliver(
  dice: Dice,
  names: Record<string, number>,
  isCampaign: boolean,
  { left, isPaused, dead, email }: { left: number; isPaused: boolean; dead: number; email: number },
): HourOfShop['deliveries'][string] {
  const match: Record<string, Match> = {};
  let sum = 0;
  for (const [name, count] of Object.entries(names)) {
    if (name === 'Size Guide Opened') continue;
    const delivered = isPaused ? 0 : dice.binomial(count, 0.72 * left * dice.around(0.03));
    sum += delivered;
    const shares = KEYS[name];
    if (!shares || delivered === 0) continue;
    const keys = Object.entries(shares).map(([key, share]) => {
      const byCampaign = key === 'ttclid' && isCampaign ? 5 : 1;
      const fallen = key === 'email' ? email : 1;
      return [key, dice.binomial(delivered, Math.min(share * byCampaign * fallen * dice.around(0.02), 1))];
    });
    match[name] = { count: delivered, keys: Object.fromEntries(keys) };
  }
  const deadCount = dice.binomial(sum, dead);
  return { delivered: sum - deadCount, dead: deadCount, match };
}
