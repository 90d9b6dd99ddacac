// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { createFastClock } from '../support/clock.ts';
import { textOfFiles } from '../support/files.ts';
import { startWebhookShop } from '../support/webhook-shop.ts';

const shop = await startWebhookShop(
  {
    KEEP_PARAMETERS: 'Ref, article',
    SHOPLINE_EVENT_CODES:
      '{"Product Viewed":{"code":"Z_view_product","attrs":{"page":"context.page.url","link":"link"}}}',
  },
  { clock: createFastClock(10), whenOver: afterAll },
);
const { dataDir, events, lines, post, sandbox, settled } = shop;

async function everything(): Promise<string> {
  await settled();
  return [textOfFiles(dataDir), ...lines, JSON.stringify(sandbox.received().map(({ body }) => body))].join(
    '\n',
  );
}

let last = 0;
const newSecret = () => `S3cr${++last}etQz${'k9Xw'.repeat(4)}`;
const encoded = encodeURIComponent;
const HOST = 'https://shop.example';

/** Addresses that show a secret. */
const ADDRESSES: Record<string, (secret: string) => string> = {
  'a token': (secret) => `${HOST}/reset?token=${secret}`,
  'a password': (secret) => `${HOST}/login?q=tea&password=${secret}&page=2`,
  'in capitals': (secret) => `${HOST}/?TOKEN=${secret}`,
  'encoded letters in the name': (secret) => `${HOST}/?%74oken=${secret}`,
  'a session': (secret) => `${HOST}/cart?PHPSESSID=${secret}`,
  'a code': (secret) => `${HOST}/oauth/callback?code=${secret}&state=${secret}`,
  'a key, a signature': (secret) => `${HOST}/orders/1?key=${secret}&sig=${secret}&X-Amz-Signature=${secret}`,
  'an access token in the fragment': (secret) => `${HOST}/#access_token=${secret}&token_type=bearer`,
  'a fragment': (secret) => `${HOST}/tea#${secret}`,
  'a route in the fragment': (secret) => `${HOST}/#/reset/${secret}?token=${secret}`,
  'a name without a value': (secret) => `${HOST}/?${secret}`,
  'a list': (secret) => `${HOST}/?token[]=${secret}&token[a]=${secret}&q[token]=${secret}`,
  semicolons: (secret) => `${HOST}/?q=tea;token=${secret}`,
  'a second question mark': (secret) => `${HOST}/?q=tea?token=${secret}`,
  'an address in a parameter': (secret) => `${HOST}/?next=${encoded(`${HOST}/reset?token=${secret}`)}`,
  'an address in one that is kept': (secret) => `${HOST}/?q=${encoded(`/reset?token=${secret}`)}`,
  'one encoded twice': (secret) => `${HOST}/?q=${encoded(encoded(`/reset?token=${secret}`))}`,
  'an encoded question mark': (secret) => `${HOST}/reset%3Ftoken%3D${secret}`,
  'a user and password': (secret) => `https://admin:${secret}@shop.example/tea`,
  'a parameter of the path': (secret) => `${HOST}/cart;jsessionid=${secret}?q=tea`,
  'a path to reset a password': (secret) => `${HOST}/account/reset/${secret}`,
  'a path to activate': (secret) => `${HOST}/account/activate/8812/${secret}`,
  'a path to unsubscribe': (secret) => `${HOST}/unsubscribe/${secret}`,
  'a path to reset, spelled out': (secret) => `${HOST}/reset-password/${secret}/now`,
  'a path to accept an invitation': (secret) => `${HOST}/invitation/accept/${secret}`,
  'a path with doubled slashes': (secret) => `${HOST}/reset//${secret}`,
  'a parameter without a question mark': (secret) => `${HOST}/tea&token=${secret}`,
  'one as part of the path': (secret) => `${HOST}/tea/token=${secret}/x`,
  'a path in a parameter that is kept': (secret) => `${HOST}/?q=${encoded(`/reset/${secret}`)}`,
  'a signed token in the path': (secret) => `${HOST}/a/eyJhbGciOi.${secret}.x`,
  'a blank in the query': (secret) => `${HOST}/?q=a b&token=${secret}`,
  'another scheme': (secret) => `teashop://reset?token=${secret}`,
  'no scheme': (secret) => `//shop.example/reset?token=${secret}`,
  'no host': (secret) => `/reset?token=${secret}`,
  neither: (secret) => `shop.example/reset?token=${secret}`,
};

/** Where a message may hold an address. */
const PLACES: Record<string, (address: string) => object> = {
  'the page': (url) => ({ context: { page: { url, referrer: url, path: url } } }),
  'its properties': (url) => ({ type: 'page', properties: { url, referrer: url, path: url } }),
  'its search string': (url) => ({ context: { page: { search: url.replace(/^[^?#]*/, '') } } }),
  'a property': (link) => ({ properties: { link, landing_site: link } }),
  'a product': (url) => ({ properties: { products: [{ product_id: '1', url, image_url: url }] } }),
  'a trait': (website) => ({ type: 'identify', traits: { website, avatar: website } }),
  'the context': (url) => ({ context: { referrer: { url, link: url }, traits: { website: url } } }),
  'a page’s name': (name) => ({ type: 'page', name, category: name }),
};
/** An address inside other text ends at a blank. */
const TEXTS: Record<string, (address: string) => object> = {
  text: (address) => ({ properties: { note: `see ${address}, please` } }),
  JSON: (url) => ({ properties: { raw: JSON.stringify({ url, n: 1 }) } }),
  'PHP’s JSON': (url) => ({ properties: { raw: JSON.stringify({ url }).replaceAll('/', '\\/') } }),
  markup: (url) => ({ properties: { html: `<a href="${url}">tea</a>` } }),
};

const send = async (parts: object) => {
  const message = {
    type: 'track',
    event: 'Product Viewed',
    anonymousId: 'visitor',
    userId: 'somebody',
    ...parts,
  };
  const { accepted } = await (await post('/v1/batch', { batch: [message] })).json();
  expect(accepted).toBe(1);
};

test.each(Object.entries(ADDRESSES))('%s in an address is kept nowhere', async (_what, make) => {
  const planted: [place: string, secret: string][] = [];
  const plant = async (places: typeof PLACES) => {
    for (const [place, put] of Object.entries(places)) {
      const secret = newSecret();
      planted.push([place, secret]);
      await send(put(make(secret)));
    }
  };
  await plant(PLACES);
  const isInText = /^https?:/.test(make('')) && !/\s/.test(make(''));
  if (isInText) await plant(TEXTS);
  const text = await everything();
  expect(planted.filter(([, secret]) => text.includes(secret)).map(([place]) => place)).toEqual([]);
});

test('an order webhook’s landing site neither', async () => {
  const secret = newSecret();
  const more = {
    landing_site: `/?utm_source=ads&token=${secret}#${secret}`,
    referring_site: `https://mail.example/read?msg=${secret}`,
    order_status_url: `${HOST}/trade/thank_you?mainOrderMark=mark-0123456789ab&mainOrderSeq=2005&key=${secret}`,
  };
  expect((await shop.place('21050224312121887324667100', '#1', {}, more)).status).toBe(200);
  expect(await everything()).not.toContain(secret);
  const event = events.find(({ properties }) => properties.order_id === '21050224312121887324667100');
  expect(event?.properties).toMatchObject({
    landing_site: '/?utm_source=ads',
    referring_site: 'https://mail.example/read',
    order_seq: '2005',
  });
});

describe('an address keeps what names a page, a campaign and a product', () => {
  test.each([
    `${HOST}/tea?utm_source=a&utm_medium=b&utm_campaign=c%20d&utm_term=%E8%8C%B6&utm_content=e&utm_id=MA_1`,
    `${HOST}/search?q=oolong+tea&page=2&sort=price&keyword=%E8%8C%B6`,
    `${HOST}/products/oolong?variant=4012&sku=T-1&color=green&size=150g`,
    `${HOST}/collections/tea?filter.v.price.gte=10&filter.p.tag=green&sort_by=best-selling`,
    `${HOST}/en/tea?lang=zh-TW&currency=TWD&country=TW`,
    `${HOST}/?_cio_id=d9c106000001&utm_source=mail`,
    `${HOST}/trade/thank_you?mainOrderMark=mark-0123456789ab&mainOrderSeq=200565776406008509`,
    `${HOST}/?ref=friend&article=7&REF=x`,
    `${HOST}/products/5f2a0c9d8e7b6a5948372615/reset-tea-500g`,
    `${HOST}/checkouts/7d3f2a526d0f4a779a531f2f5b0c9d11`,
    `${HOST}/@tea.house/%E8%8C%B6`,
    'https://cdn.example/tea.jpg?v=1700000000&width=800&height=600&format=webp',
    '/tea?q=1',
    `${HOST}`,
  ])('%s', async (url) => {
    const messageId = `kept-${++last}`;
    await send({ messageId, context: { page: { url } }, properties: { link: url, products: [{ url }] } });
    const event = events.find((one) => one.messageId === messageId);
    expect(event?.context.page?.url).toBe(url);
    expect(event?.properties).toEqual({ link: url, products: [{ url }] });
  });

  test.each([
    [`${HOST}/?q=tea&token=1&page=2`, `${HOST}/?q=tea&page=2`],
    [`${HOST}/?token=1`, `${HOST}/`],
    [`${HOST}/tea#reviews`, `${HOST}/tea`],
    [`${HOST}/?email=ada%40shop.example&q=tea`, `${HOST}/?email=[email]&q=tea`],
    [`${HOST}/account/reset/a1b2c3`, `${HOST}/account/reset/[removed]`],
    [`${HOST}/password/reset`, `${HOST}/password/reset`],
  ])('%s → %s', async (url, expected) => {
    const messageId = `kept-${++last}`;
    await send({ messageId, context: { page: { url } } });
    expect(events.find((one) => one.messageId === messageId)?.context.page?.url).toBe(expected);
  });

  test('ids and texts that look like addresses stay as they are', async () => {
    const properties = {
      order_id: '/1001?a=b',
      order_number: '#1001',
      sku: 'A?b=c',
      query: 'what is #1 tea? a=b',
      note: 'Why? Because 1 + 1 = 2; see #3',
      name: 'Tea / 100 g # 2',
      options: 'Colour:red;Size=XL',
      rule: 'a=1; b=2?',
    };
    await send({ messageId: 'as-they-are', anonymousId: 'a?b=c', properties });
    const event = events.find((one) => one.messageId === 'as-they-are');
    expect(event?.properties).toEqual(properties);
    expect(event?.identity.anonymousId).toBe('a?b=c');
  });
});
