import type { Finding, Setup as SetupAnswer } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { Code } from '../parts/code.tsx';
import { Loading } from '../parts/loading.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { Prose } from '../parts/prose.tsx';
import { Pill } from '../parts/state.tsx';
import { useData } from '../use-data.ts';
import { noticeOf } from '../words/notice.ts';
import { DestinationSetup } from './destination-setup.tsx';

const COLOURS = { ok: 'delivered', warning: 'retry', error: 'dead' } as const;

/** What is configured, what is wrong with it, a test event for each destination, and the tag to copy. */
export function Setup() {
  const shown = useConsole();
  const { api, shop, words } = shown;
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
                        {own.off.map((one) => (
                          <li key={one.words}>
                            {noticeOf(shown, one, { means: one.words, todo: '' }).means}
                          </li>
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
  const { words } = useConsole();
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
            <FindingWords of={finding} />
          </li>
        ))}
      </ul>
      {fine.length > 0 && (
        <details>
          <summary>{w.fine(String(fine.length))}</summary>
          <ul class="bullets">
            {fine.map((finding) => (
              <li key={key(finding)}>
                <FindingWords of={finding} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  );
}

function FindingWords({ of: { id, values, destination, words, todo = '' } }: { of: Finding }) {
  const shown = useConsole();
  const advice = noticeOf(shown, { code: id, values }, { means: words, todo });
  return (
    <div>
      <p>
        {destination && (
          <strong>
            {shown.titleOf(destination)}
            {shown.words.common.colon}
          </strong>
        )}
        <Prose text={advice.means} />
      </p>
      {advice.todo && (
        <p class="todo">
          <Prose text={advice.todo} />
        </p>
      )}
    </div>
  );
}
