import { useConsole } from '../context.ts';
import { go, hrefOf, type Place } from '../place.ts';
import { DateField, isoOf, localOf } from './date-field.tsx';

export interface Field {
  name: string;
  label: string;
  /** Absent: a text. `time`: a local time in the field, ISO 8601 in the address. */
  kind?: 'time' | 'day';
  options?: readonly (readonly [value: string, text: string])[];
  suggestions?: readonly string[];
}

/**
 * A filter that is part of the address: choosing applies at once, typing with the button or Enter. The first page of the
 * list is shown then.
 */
export function Filters({ place, fields }: { place: Place; fields: readonly Field[] }) {
  const { words } = useConsole();
  const apply = (form: HTMLFormElement) => {
    const values = Object.fromEntries(
      fields.map(({ name, kind }) => {
        const value = String(new FormData(form).get(name) ?? '').trim();
        return [name, kind === 'time' ? isoOf(value) : value];
      }),
    );
    go(hrefOf(place.path, { ...place.query, cursor: undefined, ...values }));
  };
  const names = fields.map(({ name }) => name);
  const isFiltered = names.some((name) => place.query[name]);
  const cleared = Object.fromEntries(names.map((name) => [name, undefined]));
  return (
    <form
      class="filters"
      aria-label={words.common.filter}
      data-test="filters"
      onSubmit={(event) => {
        event.preventDefault();
        apply(event.currentTarget);
      }}
    >
      {fields.map((field) => (
        <div class="field" key={field.name}>
          <label for={`filter-${field.name}`}>{field.label}</label>
          <Control field={field} value={place.query[field.name] ?? ''} apply={apply} />
        </div>
      ))}
      <div class="filter-actions">
        <button type="submit" class="quiet">
          {words.common.apply}
        </button>
        {isFiltered && (
          <a href={hrefOf(place.path, { ...place.query, cursor: undefined, ...cleared })}>
            {words.common.clear}
          </a>
        )}
      </div>
    </form>
  );
}

interface ControlProps {
  field: Field;
  value: string;
  apply: (form: HTMLFormElement) => void;
}

function Control({ field: { name, kind, options, suggestions }, value, apply }: ControlProps) {
  const { words } = useConsole();
  const id = `filter-${name}`;
  if (options)
    return (
      <select
        id={id}
        name={name}
        value={value}
        onChange={({ currentTarget: { form } }) => form && apply(form)}
      >
        <option value="">{words.common.any}</option>
        {options.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
    );
  if (kind) return <DateField {...{ id, name, kind }} value={kind === 'time' ? localOf(value) : value} />;
  return (
    <>
      <input
        id={id}
        type="text"
        name={name}
        defaultValue={value}
        key={value}
        spellcheck={false}
        list={suggestions && `suggest-${name}`}
      />
      {suggestions && (
        <datalist id={`suggest-${name}`}>
          {suggestions.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </>
  );
}

/** Leads to the older part of a list, and back to its newest. */
export function Pages({ place, nextCursor }: { place: Place; nextCursor: string | undefined }) {
  const { words } = useConsole();
  if (!nextCursor && !place.query.cursor) return null;
  return (
    <nav class="pages" aria-label={words.common.pages}>
      {place.query.cursor && (
        <a href={hrefOf(place.path, { ...place.query, cursor: undefined })}>{words.common.newest}</a>
      )}
      {nextCursor && (
        <a class="button quiet" href={hrefOf(place.path, { ...place.query, cursor: nextCursor })}>
          {words.common.older}
        </a>
      )}
    </nav>
  );
}
