import { useEffect, useState } from 'preact/hooks';

/**
 * Where the console is: a view with what it shows, as `#/events/<id>?shop=main`. Behind the `#` it stays in the browser,
 * so a proxy's access log has no filter in it, and the page works under every prefix.
 */
export interface Place {
  /** `['events', '<id>']`, decoded; empty for the first page. */
  path: readonly string[];
  query: Query;
}
export type Query = Readonly<Record<string, string>>;

/** Reads the part of an address from its `#` on. What cannot be decoded is taken as it is written. */
export function readPlace(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return {
    path: path.split('/').filter(Boolean).map(decode),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Empty values are left out of addresses. The words of a group are not: empty, they are those of a group that has none. */
export const isGiven = (name: string, value: string | number | undefined): boolean =>
  value !== undefined && (value !== '' || name === 'words');

/** The address of a view, from its `#` on. */
export function hrefOf(path: readonly string[], query: Readonly<Record<string, string | undefined>> = {}) {
  const given = Object.entries(query).filter((pair): pair is [string, string] => isGiven(...pair));
  const search = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${search && `?${search}`}`;
}

/** Opens a view as if a link had been followed. */
export function go(href: string): void {
  location.hash = href;
}

/** The place the page is at, renewed whenever the address changes. */
export function usePlace(): Place {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const onChange = () => setHash(location.hash);
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return readPlace(hash);
}
