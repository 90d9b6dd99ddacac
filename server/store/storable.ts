/** PostgreSQL has no place for U+0000 in a text; everywhere else ids and texts may hold it. */
export const toStorable = <V>(value: V): V | string =>
  typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value;
