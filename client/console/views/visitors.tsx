import { useState } from 'preact/hooks';
import { useConsole } from '../context.ts';
import { readSought } from '../digest.ts';
import { Page } from '../parts/page.tsx';
import { go, hrefOf, type Place } from '../place.ts';

/** Asks for one person: there is no list of all. */
export function Visitors({ place }: { place: Place }) {
  const { words } = useConsole();
  const [problem, setProblem] = useState('');
  const w = words.visitors;
  const search = async (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const sought = await readSought(String(new FormData(event.currentTarget).get('sought') ?? ''));
    if ('problem' in sought) return setProblem(words.search.problems[sought.problem]);
    const id = sought.by === 'q' ? sought.text : sought.sha256;
    if (id !== '') go(hrefOf(['visitors', id], { shop: place.query.shop }));
  };
  return (
    <Page title={words.views.visitors} lead={w.lead}>
      <search>
        <form class="search" onSubmit={search} data-test="visitor-search">
          <label class="unseen" for="person">
            {w.search}
          </label>
          <input
            type="search"
            id="person"
            name="sought"
            required
            placeholder={w.placeholder}
            spellcheck={false}
            autocomplete="off"
            aria-describedby="person-hint"
          />
          <button type="submit">{words.search.submit}</button>
          <p id="person-hint" class="soft" role={problem ? 'alert' : undefined}>
            {problem || w.hint}
          </p>
        </form>
      </search>
    </Page>
  );
}
