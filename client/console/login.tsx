import { useEffect, useState } from 'preact/hooks';
import { type Api, ApiError } from './api.ts';
import { Settings, type SettingsProps } from './settings.tsx';
import type { Words } from './words/words.ts';

interface LoginProps {
  api: Api;
  words: Words;
  settings: SettingsProps;
  onLogin: () => Promise<void>;
}

/** Exchanges ADMIN_TOKEN for a session cookie. The token is kept nowhere. */
export function LoginForm({ api, words, settings, onLogin }: LoginProps) {
  const [error, setError] = useState('');
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    document.title = `${words.login.title} · Storebeacon`;
  }, [words]);

  const submit = async (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget).get('token'));
    setBusy(true);
    setError('');
    try {
      await api.send('POST', 'console/login', { token });
      await onLogin();
    } catch (cause) {
      setError(explainLogin(cause as Error, words));
      setBusy(false);
    }
  };
  return (
    <main class="entrance">
      <form class="login panel" onSubmit={submit} data-test="login-form">
        <p class="brand">Storebeacon</p>
        <h1>{words.login.title}</h1>
        <label>
          <span>{words.login.token}</span>
          <input
            type="password"
            name="token"
            autocomplete="current-password"
            required
            aria-describedby="login-hint login-error"
            aria-invalid={error !== ''}
          />
        </label>
        <p id="login-hint" class="soft">
          {words.login.hint}
        </p>
        <p id="login-error" class="error-text" role="alert" data-test="login-error">
          {error}
        </p>
        <button type="submit" disabled={isBusy}>
          {isBusy ? words.common.loading : words.login.submit}
        </button>
      </form>
      <Settings {...settings} words={words} />
    </main>
  );
}

/** 403 names the reason in the collector's words: without https there is no login from another machine. */
function explainLogin(error: Error, words: Words): string {
  if (!(error instanceof ApiError)) return words.errors.unexpected(error.message);
  if (error.status === 0) return words.errors.away;
  if (error.status === 401) return words.login.wrong;
  if (error.status === 429) return words.login.tooMany(error.retryAfterSeconds ?? 60);
  return [error.message, ...error.details].join(' ');
}
