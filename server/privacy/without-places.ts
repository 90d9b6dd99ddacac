import { isObject } from '../../shared/is-object.ts';
import type { Json, JsonObject, ProtectedEvent } from '../../shared/protected-event.ts';
import { containerOf, nameOf } from './fields.ts';
import { mapList } from './map-leaves.ts';

/**
 * The event without city, state and country of people and addresses. `identity` keeps them: APIs match by them. The name of
 * a company (the traits of a group) and of a shop stays with its city.
 */
export function withoutPlaces(event: ProtectedEvent): ProtectedEvent {
  const { context, properties, traits } = event;
  return {
    ...event,
    context: without(context as JsonObject, false) as ProtectedEvent['context'],
    properties: without(properties, false),
    traits: event.type === 'group' ? traits : without(traits, true),
  };
}

/** What needs no change is returned as it is. */
function without(object: JsonObject, isOfPerson: boolean): JsonObject {
  const entries = Object.entries(object);
  const isAddress = isOfPerson || entries.some(([key]) => isOfAddress(key));
  const kept = entries.flatMap(([key, value]): [string, Json][] => {
    const { place, isThing } = nameOf(key, isOfPerson);
    const isPlace = place === 'always' || (place === 'in-address' && isAddress);
    if (isPlace && !isObject(value)) return [];
    const rest = isThing ? value : inside(key, value);
    // An address without its city may be nothing, and would replace the one that is known.
    return rest !== value && isEmpty(rest) ? [] : [[key, rest]];
  });
  const isSame =
    kept.length === entries.length && kept.every(([, value], index) => value === entries[index]?.[1]);
  return isSame ? object : Object.fromEntries(kept);
}

const isEmpty = (value: Json) => isObject(value) && Object.keys(value).length === 0;

function inside(key: string, value: Json): Json {
  if (!isObject(value) && !Array.isArray(value)) return value;
  const isOfPerson = key === 'traits' || key === 'location' || containerOf(key) !== undefined;
  if (!Array.isArray(value)) return without(value as JsonObject, isOfPerson);
  return mapList(value, (item) => (isObject(item) ? without(item as JsonObject, isOfPerson) : item)) as Json;
}

/** A city, a postal code or a line of an address is beside it, also as a digest. */
function isOfAddress(key: string): boolean {
  const { field, place } = nameOf(key, false);
  return place === 'always' || field?.kind === 'zip' || /addr|street|strasse|地址|住所/i.test(key);
}
