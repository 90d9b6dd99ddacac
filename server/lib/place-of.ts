/** Host and database of a database's URL, as a person may read them: without user and password. */
export function placeOf(url: string): string {
  const { host, pathname } = URL.parse(url) ?? { host: '', pathname: '' };
  return `${host}${pathname}`;
}
