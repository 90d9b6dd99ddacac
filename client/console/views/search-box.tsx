import { useConsole } from '../context.ts';
import { SoughtForm } from '../parts/sought-form.tsx';
import { go, hrefOf, type Place } from '../place.ts';
import { wordFor } from '../words/word-for.ts';

/** Everything this field sets: one at a time. */
const NOTHING = { q: '', email: '', phone: '', order: '', visitor: '', user: '', message: '', cursor: '' };

/** Finds events by any id. */
export function SearchBox({ place }: { place: Place }) {
  const { words } = useConsole();
  const { query } = place;
  const w = words.search;
  const asked = Object.keys(NOTHING).find((name) => name !== 'cursor' && name !== 'q' && query[name]);
  return (
    <SoughtForm
      id="sought"
      label={w.label}
      placeholder={w.placeholder}
      hint={w.hint}
      test="search"
      value={query.q}
      onSought={(sought) => {
        const given = sought.by === 'q' ? { q: sought.text } : { [sought.by]: sought.sha256 };
        go(hrefOf(place.path, { ...query, ...NOTHING, ...given }));
      }}
    >
      {asked && (
        <p class="sought">
          {w.by(wordFor(w.kinds, asked))} <code class="id">{query[asked]}</code>{' '}
          <a href={hrefOf(place.path, { ...query, ...NOTHING })}>{words.common.clear}</a>
        </p>
      )}
    </SoughtForm>
  );
}
