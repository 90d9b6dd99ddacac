import { useState } from 'preact/hooks';
import { useConsole } from '../context.ts';
import { readSought } from '../digest.ts';
import { go, hrefOf, type Place } from '../place.ts';
import { wordFor } from '../words/word-for.ts';

/** Everything this field sets: one at a time. */
const NOTHING = { q: '', email: '', phone: '', order: '', visitor: '', user: '', message: '', cursor: '' };

/** Finds by any id. Emails and phone numbers are hashed in the browser; only their digest is in the address. */
export function SearchBox({ place }: { place: Place }) {
  const { words } = useConsole();
  const [problem, setProblem] = useState('');
  const { query } = place;
  const w = words.search;
  const search = async (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const sought = await readSought(String(new FormData(event.currentTarget).get('sought') ?? ''));
    if ('problem' in sought) return setProblem(w.problems[sought.problem]);
    setProblem('');
    const given = sought.by === 'q' ? { q: sought.text } : { [sought.by]: sought.sha256 };
    go(hrefOf(place.path, { ...query, ...NOTHING, ...given }));
  };
  const asked = Object.keys(NOTHING).find((name) => name !== 'cursor' && name !== 'q' && query[name]);
  return (
    <search>
      <form class="search" onSubmit={search} data-test="search">
        <label class="unseen" for="sought">
          {w.label}
        </label>
        <input
          type="search"
          id="sought"
          name="sought"
          key={query.q}
          defaultValue={query.q ?? ''}
          placeholder={w.placeholder}
          spellcheck={false}
          autocomplete="off"
          aria-describedby="search-hint"
        />
        <button type="submit">{w.submit}</button>
        <p id="search-hint" class="soft" role={problem ? 'alert' : undefined} data-test="search-hint">
          {problem || w.hint}
        </p>
        {asked && (
          <p class="sought">
            {w.by(wordFor(w.kinds, asked))} <code class="id">{query[asked]}</code>{' '}
            <a href={hrefOf(place.path, { ...query, ...NOTHING })}>{words.common.clear}</a>
          </p>
        )}
      </form>
    </search>
  );
}
