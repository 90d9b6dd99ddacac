import type { ComponentChildren } from 'preact';
import { ApiError } from '../api.ts';
import { useConsole } from '../context.ts';
import type { Loaded } from '../use-data.ts';
import type { Words } from '../words/words.ts';

/** Shows what was loaded; before that that it is loading, and where it failed why, with a button to try again. */
export function Loading<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }) {
  const { words } = useConsole();
  if (of.error) return <Failure error={of.error} retry={of.reload} />;
  if (of.data === undefined)
    return (
      <p class="state-line" aria-busy="true">
        {words.common.loading}
      </p>
    );
  return <>{children(of.data)}</>;
}

/** What went wrong, in words; the collector's own are kept. */
export const explain = (error: Error, words: Words): string => {
  if (!(error instanceof ApiError)) return words.errors.unexpected(error.message);
  if (error.status === 0) return words.errors.away;
  if (error.status === 404) return words.errors.notFound;
  if (error.status === 429) return words.errors.tooMany(error.retryAfterSeconds ?? 60);
  return words.errors.refused(error.message);
};

export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  const { words } = useConsole();
  const details = error instanceof ApiError ? error.details : [];
  return (
    <div class="failure" role="alert">
      <p>{explain(error, words)}</p>
      {details.length > 0 && (
        <ul class="bullets">
          {details.map((detail) => (
            <li key={detail}>{detail}</li>
          ))}
        </ul>
      )}
      {retry && (
        <button type="button" class="quiet" onClick={retry}>
          {words.common.tryAgain}
        </button>
      )}
    </div>
  );
}

/** In place of a list that has nothing in it. */
export const Empty = ({ title, children }: { title: string; children?: ComponentChildren }) => (
  <div class="empty" data-test="empty">
    <p class="empty-title">{title}</p>
    {children && <p>{children}</p>}
  </div>
);
