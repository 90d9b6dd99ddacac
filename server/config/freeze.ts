/** Freezes settings deeply. Buffers and sets cannot be frozen; schemas and destinations are code. These stay as they are. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value))
    return value;
  if ('safeParse' in value || 'classify' in value) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}
