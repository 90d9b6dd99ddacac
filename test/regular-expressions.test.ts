// @module-tag slow
import { describe, expect, test } from 'vitest';
import { cpuMsOf } from './support/cpu.ts';
import { readSources } from './support/source-tree.ts';

/** Modules that see what a sender wrote. The rest reads the configuration, an operator's input or its own files. */
const REACHED = [
  'shared',
  'server/{lib,privacy,http,ingest,orders,destinations,platforms,analytics,delivery,observe,lifecycle,store}',
];
/** These are given no longer text than this: what calls them cuts it, or an operator wrote it. */
const MAX_LENGTH: Readonly<Record<string, number>> = {
  'server/destinations/answers.ts': 1_000,
  'server/platforms/shopline/admin/describe-answer.ts': 1_000,
  'server/destinations/setting-fields.ts': 1_000,
};

/** What an expression may stumble over, repeated; each with an ending that it does not expect. */
const PIECES = [
  ...'aZ0 .,:;-+_@%&=?#/\\()[]{}<>"\'|*\n\t',
  ...['\u00a0', 'é', '轉', '分機', '\u202e', '\ud800', 'İ', '１'],
  ...[
    'a.',
    '.1',
    '1.',
    '1e',
    'a-',
    'a_',
    ' a',
    '00',
    '+1',
    '%25',
    '%2525',
    '%40',
    'EF%BC',
    '%EF%BC%25',
    '&#',
  ],
  ...[
    'ttclid=&',
    '&ttclid=a',
    '?a=',
    'tel:',
    'tel: (',
    'sms:1',
    '://',
    '@a.',
    'a@',
    '[.',
    '<a',
    '${',
    '{{',
    '__',
  ],
  ...[
    'sha256',
    'hashed',
    'address',
    'billing',
    'recipient',
    'Z',
    '+00:00',
    'MA_',
    'order:',
    'basic ',
    'x-gzip',
  ],
];
const ENDINGS = ['', 'a\n'];
const SHORT = 4 * 1024;
const LONG = 4 * SHORT;
/** Of a text of the longest length, a quarter of what a message may take. */
const MAX_CPU_MS = 12;

const inUse = readSources(REACHED.map((folder) => `${folder}/**/*.ts`)).flatMap(
  ({ path, regularExpressions }) => regularExpressions.map((written) => ({ path, written })),
);

function compile(written: string): RegExp {
  const end = written.lastIndexOf('/');
  return new RegExp(written.slice(1, end), written.slice(end + 1));
}

/** Every match, as `replace` finds them. A sticky expression is tried once: its caller says where. */
function run(expression: RegExp, text: string): void {
  expression.lastIndex = 0;
  if (expression.sticky) expression.exec(text);
  else text.replace(expression.global ? expression : new RegExp(expression, `${expression.flags}g`), '');
}

function cost(expression: RegExp, piece: string, length: number, ending: string, runs: number): number {
  const text = piece.repeat(Math.ceil(length / piece.length)).slice(0, length) + ending;
  return cpuMsOf(() => run(expression, text), runs);
}

/** False: linear. Measured again where cold code, or what the machine does else, may be the reason. */
function growsFaster(expression: RegExp, piece: string, maxLength: number, ending: string): boolean {
  const [short, long] = [Math.min(SHORT, maxLength), Math.min(LONG, maxLength)];
  const isSlow = (runs: number) => {
    const shortMs = cost(expression, piece, short, ending, runs);
    if (shortMs > MAX_CPU_MS || long === short) return shortMs > MAX_CPU_MS;
    const longMs = cost(expression, piece, long, ending, runs);
    return longMs > MAX_CPU_MS || (longMs > 1 && longMs > 8 * shortMs);
  };
  return isSlow(1) && isSlow(10) && isSlow(50);
}

describe('a regular expression that sees a sender’s text takes time linear in its length', () => {
  test.each(inUse)('$path $written', ({ path, written }) => {
    const expression = compile(written);
    const slow = PIECES.flatMap((piece) => ENDINGS.map((ending) => ({ piece, ending }))).find(
      ({ piece, ending }) => growsFaster(expression, piece, MAX_LENGTH[path] ?? LONG, ending),
    );
    expect(slow).toBeUndefined();
  });

  test('one that goes back is found', () => {
    expect(growsFaster(/\d+x/g, '1', LONG, '')).toBe(true);
    expect(growsFaster(/^\s+$/, ' ', LONG, 'a')).toBe(false);
  });
});
