/**
 * JSON text from outside → a value without keys that reach a prototype. A number beyond the range of a double is infinite,
 * which no schema accepts.
 *
 * @throws {SyntaxError} when the text is not JSON.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return maybeHarmful(text) ? harmless(value) : value;
}

/** The JSON value in the body of an API's answer; undefined when it is not JSON, an HTML error page for example. */
export function readJson(body: string): unknown {
  try {
    return parseJson(body);
  } catch {
    return undefined;
  }
}

/** The JSON object in the body of an API's answer; undefined when the body is anything else. */
export function readJsonObject(body: string): Record<string, unknown> | undefined {
  const value = readJson(body);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
}

/** An escaped underscore or letter of ASCII: of these a forbidden key may be spelled. */
const ESCAPED_CHARACTER = /\\u00(?:5f|[67][\da-f])/i;

/** A cheap first check of the text: without one of these there is nothing to remove. */
const maybeHarmful = (text: string) =>
  text.includes('__proto__') ||
  text.includes('constructor') ||
  text.includes('prototype') ||
  ESCAPED_CHARACTER.test(text);

const isForbidden = (key: string) => key === '__proto__' || key === 'constructor' || key === 'prototype';

/** Changes the value in place: JSON.parse made it, so nothing else refers to it. A list in place of recursion allows any depth. */
function harmless(value: unknown): unknown {
  const root: Record<string, unknown> = { value };
  const found = [root];
  for (const object of found)
    for (const key in object) {
      const inner = object[key];
      if (isForbidden(key)) delete object[key];
      else if (typeof inner === 'object' && inner !== null) found.push(inner as Record<string, unknown>);
    }
  return root.value;
}
