import { useConsole } from '../context.ts';
import { Page } from '../parts/page.tsx';
import { hrefOf } from '../place.ts';

/** An address that no view has. */
export function NotFound() {
  const { words } = useConsole();
  return (
    <Page title={words.notFound.title}>
      <p>
        <a href={hrefOf([])}>{words.notFound.back}</a>
      </p>
    </Page>
  );
}
