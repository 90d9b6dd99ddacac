import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installClient } from '../support/packed-client.ts';
import { tempDir } from '../support/temp-dir.ts';

const ROOT = join(import.meta.dirname, '../..');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

const HEAD = `import { createBeacon, type Beacon, type EventProperties, type Product } from '@storebeacon/client';
const beacon: Beacon = createBeacon({ endpoint: 'https://collect.shop.example', key: 'k' });
export { beacon };
`;

/** What a shop may write. */
const RIGHT: Record<string, string> = {
  'every setting': `createBeacon({ endpoint: '/sb', key: 'k', consent: 'denied', captures: ['pages', 'data-layer'],
    consentTool: ['google', 'tcf'], pixel: 'mirror', debug: false, cookieDomain: 'shop.example',
    domains: ['checkout.example'], cartAttributes: true, dataLayer: 'dataLayer' });`,
  'settings not known': `createBeacon({ endpoint: '/sb', key: 'k', consent: undefined, debug: undefined });`,
  'a line in the cart': `beacon.track('Product Added', { product_id: 'p-1', sku: 7, price: 12.5, quantity: 2, currency: 'TWD' });`,
  'an order': `beacon.track('Order Completed', { order_id: '1', total: 20, products: [{ product_id: 'p-1', price: 10 }] });`,
  'nothing more than the name': `beacon.track('Cart Viewed');`,
  'what is not known': `beacon.track('Product Viewed', { product_id: 'p-1', brand: null, category: undefined });`,
  'properties of the shop’s own': `beacon.track('Order Updated', { order_id: '1', financial_status: 'paid' });`,
  'an event of the shop’s own': `beacon.track('Size Guide Opened', { size: 'M', steps: 3 });`,
  'a name that is computed': `declare const name: string; beacon.track(name, { anything: true });`,
  'objects of the shop’s own types': `interface Line { product_id: string; price: number; }
    declare const line: Line; declare const lines: Line[];
    beacon.track('Product Added', line); beacon.track('Cart Viewed', { products: lines }); beacon.track('Own', line);`,
  'the types by name': `const line: Product = { sku: 'x' };
    const search: EventProperties['Products Searched'] = { query: 'oolong', products: [line] };
    beacon.track('Products Searched', search);`,
  'every other method': `beacon.page(); beacon.identify('c-1', { email: 'a@example.com' }); beacon.identify({ email: 'a@example.com' });
    beacon.consent({ analytics: true }); beacon.reset(); beacon.ready((api) => api.track('x'));
    const id: string = beacon.anonymousId(); const key: string | undefined = beacon.options.key; export { id, key };`,
  'the beacon on the window': `window.storebeacon?.track('Own');`,
};

/** What the compiler must refuse. */
const WRONG: Record<string, string> = {
  'a price as text': `beacon.track('Product Added', { product_id: 'p-1', price: '12.50' });`,
  'a price as text, in a line of an order': `beacon.track('Order Completed', { order_id: '1', products: [{ price: '10' }] });`,
  'an id that is an object': `beacon.track('Product Viewed', { product_id: { id: 1 } });`,
  'one product in place of a list': `beacon.track('Cart Viewed', { products: { product_id: 'p-1' } });`,
  'a quantity that is a switch': `beacon.track('Product Removed', { quantity: true });`,
  'a price as text, in an object of the shop’s own type': `declare const line: { product_id: string; price: string };
    beacon.track('Product Added', line);`,
  'properties that are no object': `beacon.track('Product Added', 'p-1');`,
  'an event without a name': 'beacon.track();',
  'a setting we do not know': `createBeacon({ endpoint: '/sb', key: 'k', writeKey: 'k' });`,
  'another word for consent': `createBeacon({ endpoint: '/sb', key: 'k', consent: 'yes' });`,
  'a capture we do not know': `createBeacon({ endpoint: '/sb', key: 'k', captures: ['cart'] });`,
  'a tool we do not know': `createBeacon({ endpoint: '/sb', key: 'k', consentTool: 'banner' });`,
  'no key': `createBeacon({ endpoint: '/sb' });`,
  'a purpose we do not know': 'beacon.consent({ ads: true });',
};

const project = tempDir(afterAll);
beforeAll(() => installClient(project));

/** What the compiler says about files of the shop. */
function compile(folder: string, compilerOptions: object, files: Record<string, string>): Promise<string> {
  const home = join(project, folder);
  mkdirSync(home);
  const common = { target: 'ES2022', strict: true, noEmit: true, types: [], ...compilerOptions };
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions: common, include: ['*.ts'] }));
  for (const [name, code] of Object.entries(files)) writeFileSync(join(home, `${name}.ts`), code);
  return new Promise((resolve) => {
    execFile(process.execPath, [TSC, '--pretty', 'false', '-p', home], { cwd: home }, (_error, said) =>
      resolve(said),
    );
  });
}

test.for([
  { module: 'ESNext', moduleResolution: 'bundler', skipLibCheck: true },
  { module: 'ESNext', moduleResolution: 'bundler', skipLibCheck: false, exactOptionalPropertyTypes: true },
  { module: 'NodeNext', moduleResolution: 'nodenext', skipLibCheck: true },
  { module: 'NodeNext', moduleResolution: 'nodenext', skipLibCheck: false },
])(
  'the compiler takes what is right and refuses what is wrong: $moduleResolution, skipLibCheck $skipLibCheck',
  async (options) => {
    const folder = `${options.moduleResolution}-${options.skipLibCheck}`;
    const files = Object.entries({ ...RIGHT, ...WRONG }).map(([name, code]) => [name, HEAD + code]);
    const said = await compile(folder, options, Object.fromEntries(files));
    const refused = [...said.matchAll(/^(.+?)\.ts\(\d+,\d+\): error/gm)].map((match) => match[1]);
    expect([...new Set(refused)].sort(), said).toEqual(Object.keys(WRONG).sort());
  },
);

test('the types of events are those of the schemas that judge them', async () => {
  const check = `
    import type * as Shipped from '${ROOT}/client/dist/event-properties.d.ts';
    import type * as Source from '${ROOT}/client/snippet/event-properties.ts';
    type Known<T> = T extends readonly (infer One)[] ? Known<One>[]
      : T extends object ? { [Key in keyof T as string extends Key ? never : Key]: Known<T[Key]> } : T;
    type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : [A, B];
    type Differing = { [Name in Source.EventName | Shipped.EventName]:
      Same<Known<Shipped.EventProperties[Name]>, Known<Source.EventProperties[Name]>> extends true ? never : Name
    }[Source.EventName];
    const none: [Differing] extends [never] ? true : Differing = true;
    const product: Same<Known<Shipped.Product>, Known<Source.Product>> = true;
    const order: Same<Known<Shipped.Order>, Known<Source.Order>> = true;
    export { none, product, order };`;
  const options = {
    module: 'ESNext',
    moduleResolution: 'bundler',
    skipLibCheck: true,
    allowImportingTsExtensions: true,
  };
  expect(await compile('same', options, { check })).toBe('');
});
