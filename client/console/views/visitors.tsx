import { useConsole } from '../context.ts';
import { Page } from '../parts/page.tsx';
import { SoughtForm } from '../parts/sought-form.tsx';
import { go, hrefOf, type Place } from '../place.ts';

/** Asks for one person: there is no list of all. */
export function Visitors({ place }: { place: Place }) {
  const { words } = useConsole();
  const w = words.visitors;
  return (
    <Page title={words.views.visitors} lead={w.lead}>
      <SoughtForm
        id="person"
        label={w.search}
        placeholder={w.placeholder}
        hint={w.hint}
        test="visitor-search"
        isRequired
        onSought={(sought) => {
          const id = sought.by === 'q' ? sought.text : sought.sha256;
          if (id !== '') go(hrefOf(['visitors', id], { shop: place.query.shop }));
        }}
      />
    </Page>
  );
}
