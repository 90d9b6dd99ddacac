// @module-tag slow
import { expect, onTestFinished, test } from 'vitest';
import { createSandbox } from '../../server/sandbox/index.ts';
import { basic, eventually, shopVariables, startCollector } from '../support/collector.ts';
import { orderMessage as order } from '../support/order-message.ts';
import { slowDisk } from '../support/slow-disk.ts';

const headersOf = (shop: string) => ({ authorization: basic(`key-of-${shop}`) });
const variablesOf = (shop: string) => ({ WRITE_KEY: `key-of-${shop}`, ORDERS_FROM: 'browser' });

test('while one shop sends more than is stored, it is answered 503, and another shop is answered as ever', async () => {
  const { wrapLog, letGo } = slowDisk((shop) => shop === 'flooding');
  const shops = { flooding: variablesOf('flooding'), quiet: variablesOf('quiet') };
  const collector = await startCollector({}, { shops, wrapLog });
  const large = (index: number) => ({ batch: [order(`large-${index}`)], pad: 'x'.repeat(450_000) });
  const answers = Array.from({ length: 30 }, (_, index) =>
    collector.post('/v1/batch', large(index), headersOf('flooding')),
  );
  const refused = await Promise.race(answers);
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: 'busy', message: expect.stringContaining('this shop') });
  for (let index = 0; index < 5; index++)
    expect((await collector.post('/v1/batch', large(100 + index), headersOf('quiet'))).status).toBe(200);
  letGo();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
});

test.each([
  { what: 'never answers', fault: { hang: true }, deadLetters: 0 },
  { what: 'refuses everything', fault: { status: 400, body: 'no' }, deadLetters: 20 },
])('where the destinations of one shop $what, those of another receive', async ({ fault, deadLetters }) => {
  const [dead, alive] = [await createSandbox(), await createSandbox()];
  onTestFinished(async () => void (await Promise.all([dead.close(), alive.close()])));
  const shops = {
    dead: { ...shopVariables(dead), ...variablesOf('dead') },
    alive: { ...shopVariables(alive), ...variablesOf('alive') },
  };
  const collector = await startCollector({}, { shops });
  dead.setFaults('customerio', fault);
  for (const shop of ['dead', 'alive'])
    for (let index = 0; index < 20; index++)
      expect((await collector.post('/v1/track', order(`${shop}-${index}`), headersOf(shop))).status).toBe(
        200,
      );
  await eventually(
    () => alive.accepted('customerio').length,
    (count) => count === 20,
  );
  const count = async (shop: string) => {
    const answer = await collector.admin('GET', `/admin/dead-letters?consumer=customerio@${shop}`);
    return ((await answer.json()) as { deadLetters: unknown[] }).deadLetters.length;
  };
  await eventually(
    () => count('dead'),
    (found) => found === deadLetters,
  );
  expect(await count('alive')).toBe(0);
});
