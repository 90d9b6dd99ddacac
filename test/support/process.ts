import { onTestFinished } from 'vitest';
import { type CollectorProcess, type ProcessOptions, startProcess } from './fleet-process.ts';

export { freePort } from './fleet-process.ts';

/** A collector as an operator runs it, gone when the test is over. */
export async function spawnCollector(
  variables: ProcessOptions['variables'],
  options: Omit<ProcessOptions, 'variables'> = {},
): Promise<CollectorProcess> {
  const collector = await startProcess({ variables, ...options });
  onTestFinished(async () => void (await collector.end('SIGKILL')));
  return collector;
}
