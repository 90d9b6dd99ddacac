import { useState } from 'preact/hooks';
import { useConsole } from '../context.ts';
import { Failure, Loading } from '../parts/loading.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { useData } from '../use-data.ts';
import { DemoFaults } from './demo-faults.tsx';

/** `GET /demo/links`. Links are relative to the demo shop. */
interface DemoLinks {
  campaigns: { id: string; title: string; link: string }[];
  /** Of the email flow. */
  email: { title: string; link: string };
  /** The APIs whose stand-ins have a fault. */
  faults: string[];
}

/** What only `npm run demo` has: the shop, links of campaigns, an email flow, and faults of the stand-ins. */
export function Demo() {
  const { api, words, announce } = useConsole();
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const found = useData('', (signal) => api.get<DemoLinks>('demo/links', {}, signal));
  const w = words.demo;
  const sendEmails = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const { webhooks } = await api.send<{ webhooks: number[] }>('POST', 'demo/emails');
      const refused = webhooks.filter((status) => status !== 200).length;
      announce(refused === 0 ? w.sent(String(webhooks.length)) : w.refused(String(refused)));
    } catch (cause) {
      setError(cause as Error);
    }
    setBusy(false);
  };
  const linkTo = ({ title, link }: { title: string; link: string }) => (
    <li key={link}>
      <a href={api.url(`demo/${link}`)} target="storebeacon-shop" data-test="visit">
        {title}
      </a>
    </li>
  );
  return (
    <Page title={words.views.demo} lead={w.lead}>
      <Loading of={found}>
        {({ campaigns, email, faults }) => (
          <>
            <div class="columns">
              <Panel title={w.shop}>
                <p>{w.shopMore}</p>
                <ul class="bullets">{campaigns.map(linkTo)}</ul>
              </Panel>
              <Panel title={email.title}>
                <p>{w.emailsMore}</p>
                <ul class="bullets">{linkTo({ title: w.emailLink, link: email.link })}</ul>
                <button
                  type="button"
                  class="quiet"
                  onClick={sendEmails}
                  disabled={isBusy}
                  data-test="send-emails"
                >
                  {w.sendEmails}
                </button>
                {error && <Failure error={error} />}
              </Panel>
            </div>
            <DemoFaults faulty={faults} onChange={found.reload} />
          </>
        )}
      </Loading>
    </Page>
  );
}
