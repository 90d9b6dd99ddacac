/** What the two languages differ in, of the little that our blocks use. */
interface Language {
  /** Evaluates what stands between the braces. */
  evaluate(expression: string, settings: Settings): unknown;
  /** Characters that come out as entities. */
  escaped: RegExp;
}

export type Settings = Readonly<Record<string, unknown>>;

const FILTERS: Record<string, (text: string, ...rest: string[]) => string> = {
  trim: (text) => text.trim(),
  append: (text, suffix = '') => text + suffix,
  replace: (text, old = '', by = '') => text.replaceAll(old, by),
};
const call = (name: string, text: unknown, rest: string[]) => {
  const filter = FILTERS[name];
  if (!filter) throw new Error(`the block uses ${name}, which is not known here`);
  return filter(String(text ?? ''), ...rest);
};

const SETTING = /^block\.settings\.(\w+)$/;
const QUOTED = /^(?:"([^"]*)"|'([^']*)')$/;

function readValue(word: string, settings: Settings): unknown {
  const quoted = QUOTED.exec(word);
  if (quoted) return quoted[1] ?? quoted[2];
  const setting = SETTING.exec(word);
  if (!setting) throw new Error(`cannot read ${word}`);
  return settings[setting[1] ?? ''];
}

/** Filters behind pipes, with their parameters in brackets: `a | append("b") | trim()`. */
const sline: Language = {
  escaped: /[&<>"']/g,
  evaluate(expression, settings) {
    const [first = '', ...filters] = expression.split(' | ');
    return filters.reduce(
      (value, filter) => {
        const [, name = '', list = ''] = /^(\w+)\((.*)\)$/.exec(filter) ?? [];
        const rest = list ? list.split(', ').map((word) => String(readValue(word, settings))) : [];
        return call(name, value, rest);
      },
      readValue(first, settings),
    );
  },
};

/** Helpers before their parameters, nested in brackets: `append (trim a) 'b'`. */
const handlebars: Language = {
  escaped: /[&<>"'`=]/g,
  evaluate(expression, settings) {
    const words = expression.match(/\(|\)|'[^']*'|"[^"]*"|[^\s()]+/g) ?? [];
    const readCall = (): unknown => {
      const parts: unknown[] = [];
      const [name = ''] = words;
      const isValue = SETTING.test(name);
      if (!isValue) words.shift();
      while (words.length > 0 && words[0] !== ')') {
        const word = words.shift() ?? '';
        parts.push(word === '(' ? readCall() : readValue(word, settings));
      }
      words.shift();
      if (!isValue) return call(name, parts[0], parts.slice(1).map(String));
      return parts[0];
    };
    return readCall();
  },
};

export const LANGUAGES = { sline, handlebars };

const SCHEMA = /\{\{#schema\}\}([\s\S]*)\{\{\/schema\}\}/;

/** The JSON text at the end of a block. */
export const schemaOf = (block: string): string => SCHEMA.exec(block)?.[1] ?? '';

/** What a page gets of a block with these settings. Knows `if`, escaped output, three filters and nothing else. */
export function render(block: string, language: keyof typeof LANGUAGES, settings: Settings): string {
  const { evaluate, escaped } = LANGUAGES[language];
  const toText = (value: unknown) =>
    String(value ?? '').replace(escaped, (sign) => `&#${sign.charCodeAt(0)};`);
  /** One for each `if` that is open: whether what is inside is shown. */
  const shown = [true];
  const pieces = block.replace(SCHEMA, '').split(/\{\{(.*?)\}\}/);
  const html = pieces.map((piece, index) => {
    const isText = index % 2 === 0;
    const inner = piece.trim();
    if (isText) return shown.at(-1) ? piece : '';
    if (inner === '/if') shown.pop();
    else if (inner.startsWith('#if '))
      shown.push(shown.at(-1) === true && Boolean(evaluate(inner.slice(4).trim(), settings)));
    else return shown.at(-1) ? toText(evaluate(inner, settings)) : '';
    return '';
  });
  if (shown.length !== 1) throw new Error('an if is not closed, or closed twice');
  return html.join('');
}
