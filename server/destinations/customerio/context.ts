import { isObject } from '../../../shared/is-object.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { languageTag } from '../values.ts';
import { withoutDigests } from './traits.ts';

type IsAllowed = (value: unknown) => boolean;

const isText: IsAllowed = (value) => typeof value === 'string';
const isFlag: IsAllowed = (value) => typeof value === 'boolean';
const areTexts: IsAllowed = (value) => Array.isArray(value) && value.every(isText);
const all = (names: readonly string[], isAllowed: IsAllowed): Record<string, IsAllowed> =>
  Object.fromEntries(names.map((name) => [name, isAllowed]));

/**
 * The fields whose type Customer.io's strict mode checks; it refuses the whole event for one of another type.
 *
 * @see https://docs.customer.io/integrations/data-in/connections/apis/ (`context` of each call)
 */
const FIELDS = { ...all(['ip', 'userAgent', 'locale', 'timezone', 'channel'], isText), active: isFlag };
const OBJECTS: Record<string, Record<string, IsAllowed>> = {
  page: { ...all(['url', 'path', 'referrer', 'search', 'title'], isText), keywords: areTexts },
  library: all(['name', 'version'], isText),
  device: {
    ...all(['id', 'token', 'advertisingId', 'manufacturer', 'model', 'name', 'version'], isText),
    type: (value) => value === 'android' || value === 'ios',
  },
  app: all(['name', 'version', 'build', 'namespace'], isText),
  os: all(['name', 'version'], isText),
  network: { ...all(['bluetooth', 'cellular', 'wifi'], isFlag), carrier: isText },
  traits: {},
};

/** The context without the collector's own fields, without TikTok's ids, and without what Customer.io would refuse. */
export function contextOf({ context }: ProtectedEvent): Record<string, unknown> | undefined {
  const { bot: _bot, tiktok: _tiktok, ...facts } = context;
  const known = Object.entries(withoutDigests(facts)).flatMap(([name, value]) => {
    const accepted = acceptable(name, value);
    return accepted === undefined ? [] : [[name, accepted] as const];
  });
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}

function acceptable(name: string, value: unknown): unknown {
  const isAllowed = Object.hasOwn(FIELDS, name) ? FIELDS[name as keyof typeof FIELDS] : undefined;
  if (name === 'locale') return languageTag(value) ?? (isText(value) ? value : undefined);
  if (isAllowed) return isAllowed(value) ? value : undefined;
  const fields = Object.hasOwn(OBJECTS, name) ? OBJECTS[name] : undefined;
  if (!fields && name !== 'campaign') return value;
  if (!isObject(value)) return undefined;
  return keep(value, (field, inner) => (fields ? (fields[field]?.(inner) ?? true) : isText(inner)));
}

/** The same object where nothing is refused, as nearly always. */
function keep(object: Record<string, unknown>, isKept: (name: string, value: unknown) => boolean) {
  const names = Object.keys(object);
  return names.every((name) => isKept(name, object[name]))
    ? object
    : Object.fromEntries(Object.entries(object).filter(([name, value]) => isKept(name, value)));
}
