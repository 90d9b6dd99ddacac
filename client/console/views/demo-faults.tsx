import { useState } from 'preact/hooks';
import { useConsole } from '../context.ts';
import { Failure } from '../parts/loading.tsx';
import { Panel } from '../parts/page.tsx';

const ERROR_IN_200 = { code: 40002, message: 'field error', request_id: 'demo', data: {} };
/** What a stand-in can do wrong, as `PUT /sandbox/:api/faults` takes it. */
const FAULTS = {
  works: [],
  error: [{ status: 500, body: 'injected fault' }],
  hangs: [{ hang: true }],
  resets: [{ reset: 'before-answer' }],
  html: [{ status: 502, body: '<html>Bad gateway</html>' }],
  code: [{ status: 200, body: ERROR_IN_200 }],
} as const;
type Fault = keyof typeof FAULTS;
const NAMES = Object.keys(FAULTS) as Fault[];

/** @param faulty the APIs that have a fault: the collector reports whether there is one, not which. */
export function DemoFaults({ faulty, onChange }: { faulty: readonly string[]; onChange: () => void }) {
  const { api, shop, words, announce } = useConsole();
  const [chosen, setChosen] = useState<Readonly<Record<string, Fault>>>({});
  const [error, setError] = useState<Error>();
  const w = words.demo;
  const inject = async (name: string, title: string, fault: Fault) => {
    setError(undefined);
    try {
      await api.send('PUT', `sandbox/${encodeURIComponent(name)}/faults`, FAULTS[fault]);
      setChosen((former) => ({ ...former, [name]: fault }));
      announce(`${title}${words.common.colon}${w.faults[fault]}`);
      onChange();
    } catch (cause) {
      setError(cause as Error);
    }
  };
  return (
    <Panel title={w.faultsTitle}>
      <p>{w.faultsMore}</p>
      {error && <Failure error={error} />}
      {shop.destinations.map(({ name, title }) => {
        const current = faulty.includes(name) ? chosen[name] : 'works';
        return (
          <fieldset class="switches" key={name}>
            <legend>{title}</legend>
            {NAMES.filter((fault) => fault !== 'code' || name === 'tiktok').map((fault) => (
              <button
                key={fault}
                type="button"
                class="quiet"
                aria-pressed={current === fault}
                onClick={() => inject(name, title, fault)}
                data-test={`fault-${name}-${fault}`}
              >
                {w.faults[fault]}
              </button>
            ))}
          </fieldset>
        );
      })}
    </Panel>
  );
}
