import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Session } from '../../shared/operator-api/index.ts';
import { ApiError, createApi } from './api.ts';
import { Frame } from './frame.tsx';
import { LoginForm } from './login.tsx';
import { useTheme } from './theme.ts';
import { preferredLanguage, rememberLanguage, WORDS } from './words/index.ts';

type Entrance = { state: 'asking' | 'out' | 'away' } | { state: 'in'; session: Session };

/**
 * Asks for the session, then shows the form or the console. When a session ends the form comes back over the same address,
 * which is shown after the next login.
 */
export function App({ base }: { base: string }) {
  const [entrance, setEntrance] = useState<Entrance>({ state: 'asking' });
  const [language, setLanguage] = useState(preferredLanguage);
  const [theme, setTheme] = useTheme();
  const csrf = useRef<string | undefined>(undefined);
  const words = WORDS[language];
  const api = useMemo(
    () => createApi(base, { csrf: () => csrf.current, onEnd: () => setEntrance({ state: 'out' }) }),
    [base],
  );

  const enter = useMemo(
    () => async () => {
      try {
        const session = await api.get<Session>('console/session');
        csrf.current = session.csrf;
        setEntrance({ state: 'in', session });
      } catch (error) {
        setEntrance({ state: error instanceof ApiError && error.status === 401 ? 'out' : 'away' });
      }
    },
    [api],
  );
  useEffect(() => {
    enter();
  }, [enter]);
  useEffect(() => {
    document.documentElement.lang = language;
    rememberLanguage(language);
  }, [language]);

  const settings = { language, setLanguage, theme, setTheme };
  if (entrance.state === 'in')
    return (
      <Frame
        {...{ api, words, settings }}
        session={entrance.session}
        logOut={async () => {
          await api.send('POST', 'console/logout').catch(() => {});
          setEntrance({ state: 'out' });
        }}
      />
    );
  if (entrance.state === 'out') return <LoginForm {...{ api, words, settings }} onLogin={enter} />;
  return (
    <main class="entrance" aria-busy={entrance.state === 'asking'}>
      {entrance.state === 'away' && (
        <>
          <h1 class="brand">Storebeacon</h1>
          <div class="failure" role="alert">
            <p>{words.errors.away}</p>
            <button type="button" class="quiet" onClick={enter}>
              {words.common.tryAgain}
            </button>
          </div>
        </>
      )}
    </main>
  );
}
