import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { countedShops, PLATFORMS, shopOrders } from '../../server/platforms/registry.ts';
import { webhookPaths } from '../../server/platforms/webhooks/openapi.ts';
import { configOf, oneShop } from './support.ts';

test('each platform has a folder, a name of its own and a documented route', () => {
  const names = PLATFORMS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !existsSync(`server/platforms/${name}/index.ts`))).toEqual([]);
  expect(Object.keys(webhookPaths)).toEqual(names.map((name) => `/v1/webhooks/${name}`));
});

test.each([
  { variables: {}, counted: true, ordersReported: true },
  { variables: { SHOPLINE_APP_SECRET: '' }, counted: true, ordersReported: false },
  { variables: { CUSTOMERIO_WEBHOOK_SIGNING_KEY: '' }, counted: true, ordersReported: true },
  {
    variables: { SHOPLINE_APP_SECRET: '', CUSTOMERIO_WEBHOOK_SIGNING_KEY: '' },
    counted: false,
    ordersReported: false,
  },
])(
  'a shop with $variables: counted $counted, orders reported $ordersReported',
  ({ variables, counted, ordersReported }) => {
    const config = configOf({ ...oneShop, ...variables });
    expect([countedShops(config).length > 0, shopOrders(config.shops).shop?.hasPlatform]).toEqual([
      counted,
      ordersReported,
    ]);
  },
);
