import { SANDBOX_CREDENTIALS } from '../../server/sandbox/index.ts';
import { signShopline } from '../../server/sandbox/webhooks.ts';
import { numberedMessage, numberedWebhook, type Voice, voiceOf } from './fleet-messages.ts';
import { basic, WRITE_KEY } from './shop.ts';

/** How the voices of one shop reach the collector. */
export interface ShopKeys {
  writeKey: string;
  serverKey: string;
  /** `SHOPLINE_HANDLE`: webhooks name the shop by it. */
  handle: string;
}

export const APP_SECRET = SANDBOX_CREDENTIALS.shopline.appSecret;
export const FLEET_SHOP: ShopKeys = {
  writeKey: WRITE_KEY,
  serverKey: 'test-server-key-0123456789abcdef',
  handle: SANDBOX_CREDENTIALS.shopline.handle,
};

/** The variables that let all voices of a shop speak, beside those of its destinations. */
export const voiceVariables = ({ writeKey, serverKey, handle }: ShopKeys) => ({
  ...{ WRITE_KEY: writeKey, SERVER_KEY: serverKey, SHOPLINE_HANDLE: handle },
  SHOPLINE_APP_SECRET: APP_SECRET,
  // Evidence that came first has joined; what comes later finds its order sent.
  ORDER_MERGE_SECONDS: '1',
});

/** Numbered events that one voice sends in one request. */
export interface Shipment {
  numbers: readonly number[];
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** The requests that carry these events: webhooks hold one each; pages come first, so that forgers may, too. */
export function shipmentsOf(
  numbers: readonly number[],
  keys: ShopKeys,
  browserHeaders: Readonly<Record<string, string>> = {},
): Shipment[] {
  const of = (voice: Voice) => numbers.filter((number) => voiceOf(number) === voice);
  return [
    ...messages(of('browser'), { ...browserHeaders, authorization: basic(keys.writeKey) }),
    ...messages(of('server'), { authorization: basic(keys.serverKey) }),
    ...of('platform').map((number) => webhook(number, keys)),
  ];
}

function messages(numbers: readonly number[], headers: Record<string, string>): Shipment[] {
  const [first] = numbers;
  if (first === undefined) return [];
  const isSingle = numbers.length === 1;
  const body = isSingle ? numberedMessage(first) : { batch: numbers.map(numberedMessage) };
  const path = `/v1/${'type' in body ? body.type : 'batch'}`;
  return [{ numbers, path, headers, body: JSON.stringify(body) }];
}

function webhook(number: number, { handle }: ShopKeys): Shipment {
  const signed = signShopline({
    ...numberedWebhook(number),
    secret: APP_SECRET,
    shopDomain: `${handle}.myshopline.com`,
  });
  return { numbers: [number], path: '/v1/webhooks/shopline', ...signed };
}
