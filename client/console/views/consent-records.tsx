import type { ConsentRecord } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { ConsentWords } from '../parts/state.tsx';
import { hrefOf, type Place } from '../place.ts';

/** The consent records that decide about an event or an order: what each says, who stated it last, and when. */
export function ConsentRecords({ of, place }: { of: readonly ConsentRecord[]; place: Place }) {
  const { words, format } = useConsole();
  return of.map(({ id, at, source, consent }, index) => (
    <p key={id ?? index} data-test="consent-record">
      {id && (
        <>
          <a href={hrefOf(['visitors', id], { shop: place.query.shop })} class="id">
            {id}
          </a>
          <br />
        </>
      )}
      <ConsentWords consent={consent} />{' '}
      <small class="soft">
        {words.sources[source]} · {format.time(at)}
      </small>
    </p>
  ));
}
