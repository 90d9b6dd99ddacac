/** Texts, which stay as they are, and between them what JSON has not: comments of three languages, CDATA, other spaces, `;`. */
const TOKEN = /"(?:[^"\\]|\\[\s\S])*"?|\/\*[\s\S]*?(?:\*\/|$)|\/\/.*|<!--|-->|<!\[CDATA\[|\]\]>|[;\s]+/g;
const LAST_COMMA = /"(?:[^"\\]|\\[\s\S])*"?|,(?=\s*[\]}])/g;
/** Line ends and tabs inside of a text. */
const SPACE = /\s/g;

/** JSON as editors, templates and plugins leave it, without what JSON has not. Nothing is executed. */
export const clean = (text: string): string =>
  text
    .replace(TOKEN, (token) => (token[0] === '"' ? token.replace(SPACE, ' ') : ' '))
    .replace(LAST_COMMA, (token) => (token === ',' ? '' : token));
