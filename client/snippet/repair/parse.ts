import { fromJson } from '../json.ts';
import type { Thing } from '../thing.ts';

/** Texts, which stay as they are, and between them what JSON has not: comments of three languages, CDATA, other spaces, `;`. */
const TOKEN = /"(?:[^"\\]|\\[\s\S])*"?|\/\*[\s\S]*?(?:\*\/|$)|\/\/.*|<!--|-->|<!\[CDATA\[|\]\]>|[;\s]+/g;
const LAST_COMMA = /"(?:[^"\\]|\\[\s\S])*"?|,(?=\s*[\]}])/g;
/** Line ends and tabs inside of a text. */
const SPACE = /\s/g;

/** JSON as editors, templates and plugins leave it. Nothing is executed. Undefined when it is no JSON even so. */
export const parse = (text: string): Thing => {
  try {
    return fromJson(
      text
        .replace(TOKEN, (token) => (token[0] === '"' ? token.replace(SPACE, ' ') : ' '))
        .replace(LAST_COMMA, (token) => (token === ',' ? '' : token)),
    );
  } catch {
    return undefined;
  }
};
