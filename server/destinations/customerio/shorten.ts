import { LIMITS } from '../../../shared/names.ts';
import type { Payload } from './payload.ts';

type Fields = Record<string, unknown>;

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value) ?? '');
const excessOf = (payload: Payload) => bytesOf(payload) - LIMITS.messageBytes;

/** Of the context these are short. */
const KEPT = ['ip', 'locale', 'timezone', 'campaign'] as const;

/**
 * A message that digests made longer than Customer.io takes: without most of its context, and where that is not enough,
 * without its longest properties or traits; of a list the first items stay.
 */
export function shorten(payload: Payload): Payload {
  if (excessOf(payload) <= 0) return payload;
  const lean = { ...payload, context: contextOf(payload.context) };
  const part = 'traits' in lean ? 'traits' : 'properties';
  const fields = (lean as Partial<Record<typeof part, Fields>>)[part];
  const excess = excessOf(lean);
  return fields === undefined || excess <= 0 ? lean : ({ ...lean, [part]: cut(fields, excess) } as Payload);
}

function contextOf(context: Fields = {}): Fields {
  const kept = KEPT.filter((name) => context[name] !== undefined && bytesOf(context[name]) <= 1024);
  return Object.fromEntries(kept.map((name) => [name, context[name]]));
}

/** The fields without `excess` bytes, taken from the longest. */
function cut(fields: Fields, excess: number): Fields {
  const sized = Object.entries(fields).map(([name, value]) => ({ name, value, bytes: bytesOf(value) }));
  const kept = { ...fields };
  let left = excess;
  for (const { name, value, bytes } of sized.sort((a, b) => b.bytes - a.bytes)) {
    if (left <= 0) break;
    const shorter = Array.isArray(value) && bytes > left ? firstOf(value, bytes - left) : [];
    if (shorter.length > 0) kept[name] = shorter;
    else delete kept[name];
    left -= shorter.length > 0 ? bytes - bytesOf(shorter) : bytes + bytesOf(name) + 2;
  }
  return kept;
}

/** The first items that fit into so many bytes, with brackets and commas. */
function firstOf(items: readonly unknown[], bytes: number): unknown[] {
  let left = bytes - 2;
  const end = items.findIndex((item) => {
    left -= bytesOf(item) + 1;
    return left < 0;
  });
  return items.slice(0, end < 0 ? items.length : end);
}
