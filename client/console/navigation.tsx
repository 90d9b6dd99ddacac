import { useState } from 'preact/hooks';
import { useConsole } from './context.ts';
import { hrefOf, type Place } from './place.ts';
import { useStream } from './use-stream.ts';
import { wordFor } from './words/word-for.ts';

const GROUPS = [
  ['overview', 'orders', 'reconciliation', 'events', 'problems'],
  ['match', 'statistics', 'visitors'],
  ['alerts', 'setup', 'audit'],
] as const;
/** Beside them while the demo shop runs. */
const WITH_DEMO = [...GROUPS, ['demo']] as const;

/** Every view by name. Below 64 rem the list is behind a button. */
export function Navigation({ place }: { place: Place }) {
  const { words, session } = useConsole();
  const [isOpen, setOpen] = useState(false);
  const [alerts, setAlerts] = useState(0);
  useStream({ onStatus: (status) => setAlerts(status.alerts) });
  const current = place.path[0] ?? 'overview';
  return (
    <>
      <button
        type="button"
        class="menu quiet"
        aria-expanded={isOpen}
        aria-controls="views"
        onClick={() => setOpen(!isOpen)}
        data-test="menu"
      >
        {wordFor(words.views, current, words.frame.views)}
      </button>
      <nav id="views" class={isOpen ? 'is-open' : undefined} aria-label={words.frame.views}>
        {(session.isDemo ? WITH_DEMO : GROUPS).map((group) => (
          <ul key={group[0]}>
            {group.map((name) => (
              <li key={name}>
                <a
                  href={hrefOf(name === 'overview' ? [] : [name], { shop: place.query.shop })}
                  aria-current={current === name ? 'page' : undefined}
                  onClick={() => setOpen(false)}
                  data-test={`view-${name}`}
                >
                  {words.views[name]}
                  {name === 'alerts' && alerts > 0 && <span class="badge">{alerts}</span>}
                </a>
              </li>
            ))}
          </ul>
        ))}
      </nav>
    </>
  );
}
