import { list, type Thing } from '../thing.ts';

/** An object without the names that every object has: fields may be called so. */
const empty = () => Object.create(null);

/** Form fields by their names: `items[0][id]`, `updates[]`. */
const nest = (fields: Iterable<[string, unknown]>): Thing => {
  const all = empty();
  for (const [field, value] of fields) {
    const names = field.replace(/]/g, '').split('[');
    const name = names.pop() as string;
    let inner: Thing = all;
    names.forEach((outer, index) => {
      inner[outer] ||= (names[index + 1] ?? name) ? empty() : [];
      inner = inner[outer];
    });
    inner[name || inner.length] = value;
  }
  return all;
};

/** Parses a request or response body: JSON or form fields, as text or bytes. Undefined for HTML, and when there is none. */
export const parse = (data: Thing): Thing => {
  if (data instanceof FormData || data instanceof URLSearchParams) return nest(data as never);
  const text =
    data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? new TextDecoder().decode(data) : data;
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text && !/^\s*</.test(text) ? parse(new URLSearchParams(text)) : undefined;
  }
};

/** The lines that a body names; undefined when it is empty. */
export const linesIn = (body: Thing): Thing[] | undefined => {
  const { updates, items, item } = body || {};
  const isList = Array.isArray(updates);
  if (updates)
    return Object.keys(updates).map((id) =>
      // Entries of a list are numbered from 0, lines from 1.
      ({ [isList ? 'line' : 'id']: isList ? +id + 1 : id, quantity: updates[id as keyof typeof updates] }),
    );
  if (!body || !Object.keys(body)[0]) return undefined;
  return Object.values(items || (item ? [item] : list(body)));
};
