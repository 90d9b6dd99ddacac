import { readId } from '../../../shared/order-ids.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { compact, languageTag, readCurrency, readNumber, readText, readValue } from '../values.ts';
import { type Attributes, isIdKey } from './payload.ts';
import type { EventCode } from './settings.ts';

/** `utmSource`, `order_id`, `value` and `currency`; the paths configured for this event replace and add attributes. */
export function attributesOf(event: ProtectedEvent, paths: EventCode['attrs']): Attributes | undefined {
  const defaults = compact({
    utmSource: readText(event.context.campaign?.source),
    order_id: readId(event.properties.order_id),
    value: readValue(event),
    currency: readCurrency(event.properties),
  });
  const kept = Object.entries(defaults ?? {}).filter(([key]) => !Object.hasOwn(paths, key));
  return compact({ ...Object.fromEntries(kept), ...valuesAt(event, paths) }) as Attributes | undefined;
}

/** The values at the configured paths. Absent and blank values, lists and objects are left out. */
export function valuesAt(event: ProtectedEvent, paths: EventCode['attrs']): Attributes | undefined {
  const found = Object.entries(paths).flatMap(([key, path]) => {
    const value = path === null ? undefined : attribute(key, valueAt(event, path));
    return value === undefined ? [] : [[key, value] as const];
  });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

function attribute(key: string, value: unknown): string | number | boolean | undefined {
  if (typeof value === 'boolean' && !isIdKey(key)) return value;
  if (typeof value === 'number' && !isIdKey(key)) return readNumber(value);
  return readText(value);
}

const ROOTS: ReadonlySet<string> = new Set(['properties', 'context', 'traits']);

/** `properties.products.0.sku`, `context.campaign.name`; any other path starts in `properties`. */
function valueAt(event: ProtectedEvent, path: string): unknown {
  const steps = path.split('.');
  if (path === 'context.locale') return languageTag(event.context.locale) ?? event.context.locale;
  const start: unknown = ROOTS.has(steps[0] ?? '') ? event : event.properties;
  return steps.reduce(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? Reflect.get(at, step) : undefined,
    start,
  );
}
