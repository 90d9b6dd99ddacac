import { openLog } from '../../server/store/open.ts';
import { event } from './event.ts';

/** A separate process that appends without end and prints each messageId once its append has resolved. */
const [, , dataDir = '', prefix = ''] = process.argv;
const WRITERS = 20;
const log = await openLog({
  dataDir,
  consumers: [{ name: 'tiktok', shop: 'shop', decryptsPii: false, audience: 'destinations' }],
  retentionMs: 86_400_000,
});
let last = 0;
async function write(): Promise<never> {
  for (;;) {
    const messageId = `${prefix}-${++last}`;
    await log.accept([{ event: event({ messageId }) }]);
    process.stdout.write(`${messageId}\n`);
  }
}
await Promise.all(Array.from({ length: WRITERS }, write));
