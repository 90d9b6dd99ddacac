/** A value that is neither a list nor an object, and the name of its field → what stands in its place. Items of a list have the list's name. */
export type Change = (leaf: unknown, key: string) => unknown;

/** A copy with every leaf changed. Copies only what changes, because most messages hold nothing to change. */
export function mapLeaves<T>(value: T, change: Change): T {
  return mapValue(value, '', change) as T;
}

function mapValue(value: unknown, key: string, change: Change): unknown {
  if (Array.isArray(value)) return mapList(value, (item) => mapValue(item, key, change));
  if (typeof value !== 'object' || value === null) return change(value, key);
  const object = value as Record<string, unknown>;
  let copy: Record<string, unknown> | undefined;
  for (const name in object) {
    const inner = object[name];
    const changed = mapValue(inner, name, change);
    if (changed === inner) continue;
    copy ??= { ...object };
    copy[name] = changed;
  }
  return copy ?? value;
}

/** The list itself when no item changes. */
export function mapList(list: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  const changed = list.map(change);
  return changed.every((item, index) => item === list[index]) ? list : changed;
}
