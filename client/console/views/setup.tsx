import type { Finding, Setup as SetupAnswer } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Code } from '../parts/code.tsx';
import { Loading } from '../parts/loading.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { Prose } from '../parts/prose.tsx';
import { Pill } from '../parts/state.tsx';
import { useData } from '../use-data.ts';
import { DestinationSetup } from './destination-setup.tsx';

const COLOURS = { ok: 'delivered', warning: 'retry', error: 'dead' } as const;

/** What is configured, what is wrong with it, a test event for each destination, and the tag to copy. */
export function Setup() {
  const { api, shop, words } = useConsole();
  const found = useData(shop.id, (signal) => api.get<SetupAnswer>('admin/setup', { shop: shop.id }, signal));
  const w = words.setup;
  return (
    <Page
      title={words.views.setup}
      lead={w.lead}
      actions={
        <button type="button" class="quiet" onClick={found.reload} disabled={found.isLoading}>
          {w.checkAgain}
        </button>
      }
    >
      <Loading of={found}>
        {({ findings, shops }) => {
          const own = shops.find(({ id }) => id === shop.id);
          const about = findings.filter((finding) => finding.shop === undefined || finding.shop === shop.id);
          return (
            <>
              <Findings findings={about} />
              {own && (
                <>
                  <div class="cards">
                    {own.destinations.map((destination) => (
                      <DestinationSetup key={destination.name} destination={destination} />
                    ))}
                  </div>
                  <Panel title={w.tag}>
                    <p>{w.tagMore}</p>
                    <Code label="HTML" text={own.tag} isShort />
                    <p class="soft">{w.ordersFrom[own.ordersFrom]}</p>
                  </Panel>
                  {own.off.length > 0 && (
                    <Panel title={w.off}>
                      <ul class="bullets">
                        {own.off.map((feature) => (
                          <li key={feature}>{feature}</li>
                        ))}
                      </ul>
                    </Panel>
                  )}
                </>
              )}
            </>
          );
        }}
      </Loading>
    </Page>
  );
}

function Findings({ findings }: { findings: readonly Finding[] }) {
  const { words, titleOf } = useConsole();
  const w = words.setup;
  const fine = findings.filter(({ severity }) => severity === 'ok');
  const wrong = findings.filter(({ severity }) => severity !== 'ok');
  const key = ({ id, destination, words }: Finding) => `${id} ${destination} ${words}`;
  return (
    <Panel title={w.findings} test="findings">
      {wrong.length === 0 && <p class="good-text">{w.allFine}</p>}
      <ul class="findings">
        {wrong.map((finding) => (
          <li key={key(finding)} data-test="finding">
            <Pill state={COLOURS[finding.severity]}>{w.severities[finding.severity]}</Pill>
            <div>
              <p>
                {finding.destination && <strong>{titleOf(finding.destination)}: </strong>}
                <Prose text={finding.words} />
              </p>
              {finding.todo && (
                <p class="todo">
                  <Prose text={finding.todo} />
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
      {fine.length > 0 && (
        <details>
          <summary>{w.fine(String(fine.length))}</summary>
          <ul class="bullets">
            {fine.map((finding) => (
              <li key={key(finding)}>{finding.words}</li>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  );
}
