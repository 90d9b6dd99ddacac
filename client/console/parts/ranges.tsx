import { hrefOf, type Place } from '../place.ts';

interface RangesProps {
  label: string;
  place: Place;
  /** The parameter of the address. */
  name: string;
  current: string;
  options: readonly (readonly [value: string, text: string])[];
}

/** A few spans of time to choose from, as links. */
export function Ranges({ label, place, name, current, options }: RangesProps) {
  return (
    <nav class="ranges" aria-label={label}>
      {options.map(([value, text]) => (
        <a
          key={value}
          href={hrefOf(place.path, { ...place.query, [name]: value })}
          aria-current={value === current ? 'true' : undefined}
        >
          {text}
        </a>
      ))}
    </nav>
  );
}
