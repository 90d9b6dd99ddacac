import { environment, readConfig } from '../../server/config.ts';
import { start } from '../../server/main.ts';

/** The collector as `npm start` runs it, telling its parent the port. */
const quiet = { info() {}, warn() {}, error() {} };
const running = await start(
  readConfig(environment(), () => '{}'),
  { logger: quiet },
);
process.send?.({ port: running.port });
process.on('message', () => void running.stop().then(() => process.exit(0)));
