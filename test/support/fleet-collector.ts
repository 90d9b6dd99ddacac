import { environment } from '../../server/config/environment.ts';
import { readConfig } from '../../server/config/read.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { stopOnSignals } from '../../server/lib/process.ts';
import { start } from '../../server/main.ts';
import { processLogger } from '../../server/observe/process-logger.ts';

/**
 * A collector process whose system clock can be set: `CLOCK_SHIFT_MS` says how wrong it is at the start, and each
 * `{shiftMs}` it is sent steps it. What only measures how long something takes sees no step, as on a real machine.
 */
let shiftMs = Number(process.env.CLOCK_SHIFT_MS ?? 0);
process.on('message', (command: { shiftMs: number }) => {
  shiftMs = command.shiftMs;
});
const config = readConfig(environment(), () => '{}');
const running = await start(config, {
  logger: processLogger(config.logLevel, () => config.secrets),
  clock: { ...systemClock, now: () => systemClock.now() + shiftMs },
});
stopOnSignals(running.stop);
