import { expect } from 'vitest';
import type { Sandbox } from '../../../server/sandbox/index.ts';
import { startCollector } from '../../support/collector.ts';
import type { ScenarioEvent } from './event.ts';
import type { Expected } from './reference.ts';
import { isReport, lastOf } from './reports.ts';
import { send, sync } from './send.ts';
import { SCENARIO_VARIABLES } from './shop.ts';

/**
 * A collector for the scenario's events and reports.
 *
 * @param sinceMs when the scenario began.
 */
export async function startScenario(sinceMs: number, options: { sandbox?: Sandbox; dataDir?: string } = {}) {
  const collector = await startCollector(SCENARIO_VARIABLES, options);
  const { base, sandbox, lines } = collector;
  return {
    ...collector,
    send: async (events: readonly ScenarioEvent[], atOnce: number) =>
      void (await send(base, events, { atOnce })),
    /** Requests of this report, accepted by SHOPLINE or not. */
    async report() {
      const before = sandbox.received('shopline').length;
      const response = await sync(base);
      expect(response.status, await response.clone().text()).toBe(200);
      return sandbox.received('shopline').slice(before).filter(isReport);
    },
    last: (expected: Expected) => lastOf(sandbox, expected, sinceMs),
    errors: () => lines.filter((line) => /"level":(50|60|"error"|"fatal")/.test(line)),
  };
}
