import type { Properties } from './api.ts';
import { CHUNK_CHARACTERS } from './batch.ts';
import { fromJson, toJson } from './json.ts';
import { guard } from './page.ts';
import type { Thing } from './thing.ts';

/** This many order lines fit into one message. */
const MANY = 80;

/** JSON text. If it is too long for one request, long texts and lists are left out. */
export const toText = (value: unknown, limit = CHUNK_CHARACTERS): string => {
  const text = toJson(value);
  return text.length < limit ? text : toJson(value, MANY);
};

/** A deep copy, which later changes do not reach. Properties that are no JSON (circular, a getter that throws) are left out. */
export const copy = (properties: Thing): Properties => {
  const copied: Properties = {};
  for (const name of Object.keys(Object(properties)))
    guard(() => {
      const text = toJson(properties[name]);
      if (text) copied[name] = fromJson(text);
    })();
  return copied;
};
