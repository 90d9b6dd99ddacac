import type { Properties } from './api.ts';
import { CHUNK_CHARACTERS } from './batch.ts';
import { fromJson, toJson } from './json.ts';
import { guard } from './page.ts';
import type { Thing } from './thing.ts';

/** As many lines of an order fit one message. */
const MANY = 80;

/** JSON text; where that is too long to be sent, without the long texts and lists in it. */
export const toText = (value: unknown): string => {
  const text = toJson(value);
  return text.length < CHUNK_CHARACTERS
    ? text
    : toJson(value, (_name, inner) => (inner?.length > MANY ? undefined : inner));
};

/**
 * Properties as they are now, whatever a shop put in and goes on to change. What cannot be JSON, since it throws when
 * it is read or goes round in a circle, is left out.
 */
export const copy = (properties: Thing): Properties => {
  const copied: Properties = {};
  for (const name of Object.keys(Object(properties)))
    guard(() => {
      const text = toJson(properties[name]);
      if (text) copied[name] = fromJson(text);
    })();
  return copied;
};
