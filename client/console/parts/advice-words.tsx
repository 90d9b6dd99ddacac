import type { Advice } from '../../../shared/advice/advice.ts';
import { Prose } from './prose.tsx';

/** What something means, and what to do. */
export function AdviceWords({ means, todo }: Advice) {
  return (
    <>
      <Prose text={means} />{' '}
      <span class="todo">
        <Prose text={todo} />
      </span>
    </>
  );
}
