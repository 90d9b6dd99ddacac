import fc from 'fast-check';
import { signShopline } from '../../../server/sandbox/webhooks.ts';
import { APP_SECRET, FLEET_SHOP } from '../../support/fleet-requests.ts';
import type { Probe } from './probe.ts';
import { email, field, PHONES, text, time, written } from './values.ts';

const money = field(fc.constantFrom('0.00', '46.00', '960', '-1', 'free'));
const person = fc.record(
  { id: field(fc.constantFrom('0', '4711')), email: field(email), phone: field(fc.constantFrom(...PHONES)) },
  { requiredKeys: [] },
);
const line = fc.record({ product_id: text, variant_id: text, price: money, quantity: fc.integer() });
/** Order, refund and cart bodies in one: each topic reads its own fields. */
const body = fc.record(
  {
    id: field(fc.constantFrom('W-1', 'W-2', 'W-3', 'R-1')),
    name: field(fc.constantFrom('#2001', '2002', '#')),
    order_id: field(fc.constantFrom('W-1', 'W-9')),
    user_id: field(fc.constantFrom('0', '4711')),
    currency: field(fc.constantFrom('TWD', 'usd')),
    current_total_price: money,
    total_price: money,
    financial_status: field(fc.constantFrom('paid', 'pending', 'voided', 'on-hold')),
    cancelled_at: field(time),
    created_at: field(time),
    source_name: field(fc.constantFrom('web', 'pos')),
    cart_token: field(fc.constantFrom('cart-token-0001', 'x')),
    email: field(email),
    customer: field(person),
    line_items: field(fc.array(line, { maxLength: 3 })),
    client_details: field(fc.record({ browser_ip: text, user_agent: text })),
  },
  { requiredKeys: ['id'] },
);
// Topics that forget people would make the log forget what it is held against.
const topic = fc.constantFrom(
  ...['orders/create', 'orders/paid', 'orders/edited', 'orders/updated', 'orders/cancelled'],
  ...['refunds/create', 'carts/update', 'checkouts/create', 'Orders/Create', 'no/topic', ''],
);

/** The shop system's webhooks: mostly signed, mostly readable. */
export function webhooks(newId: () => string): fc.Arbitrary<Probe> {
  return fc
    .record({ topic, body: field(body), signature: fc.nat(12), isRepeated: fc.nat(9) })
    .map(({ topic, body, signature, isRepeated }): Probe => {
      const signed = signShopline({
        ...{ topic, body: written(body), secret: signature === 0 ? 'another secret' : APP_SECRET },
        ...{ shopDomain: `${signature === 1 ? 'nobody' : FLEET_SHOP.handle}.myshopline.com` },
        webhookId: newId(),
      });
      return {
        ...{ method: 'POST', path: '/v1/webhooks/shopline', headers: signed.headers },
        ...{ body: Buffer.from(signed.body), isRepeated: isRepeated === 0 },
      };
    });
}
