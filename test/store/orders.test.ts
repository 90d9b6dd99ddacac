import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../server/store/open.ts';
import { order } from '../support/entries.ts';
import { tempDir } from '../support/temp-dir.ts';
import { describeOrders } from './suite-orders.ts';

describeOrders('SQLite log', openLog);

test.each([
  ['of plain characters', 'x', 3_000],
  ['of characters that take three bytes', '茶', 1_000],
  ['that is packed', '茶', 9_000],
])(
  'an order %s keeps its bytes in the file when it is first leased: most of its pages stay',
  async (_, character, length) => {
    const dataDir = tempDir();
    const log = await openLog({
      ...{ dataDir, retentionMs: 1_000_000 },
      consumers: [{ name: 'tiktok', shop: 'shop', decryptsPii: false, audience: 'destinations' }],
    });
    const reader = new DatabaseSync(join(dataDir, 'store.db'), { readOnly: true });
    onTestFinished(async () => {
      reader.close();
      await log.close();
    });
    const rowAt = () =>
      reader
        .prepare(
          `SELECT hex(CAST(body AS BLOB)) AS body, hex(packed) AS packed,
             ifnull(length(visitor), 0) + (compose > 1) AS moves FROM events`,
        )
        .get() as { body: string; packed: string; moves: number };
    await log.accept([order(`1-${character}`, { properties: { note: character.repeat(length) } })]);
    const before = rowAt();
    const [delivery] = await log.lease('tiktok', 1);
    expect(delivery?.event).toMatchObject({ orderId: `1-${character}`, eventId: `order:1-${character}` });
    const after = rowAt();
    expect({ ...after, body: after.body.length }).toEqual({ ...before, body: before.body.length });
    const isPacked = length > 3_000;
    expect(after.packed !== '').toBe(isPacked);
    const common = [...after.body].findIndex((digit, at) => digit !== before.body[at]);
    if (isPacked) expect(after.body.length).toBeLessThan(2 * 1_000);
    else expect(common).toBeGreaterThan(2 * length);
  },
);
