import { describe, expect, test } from 'vitest';
import { csvCell, csvLine } from '../../server/operator/csv.ts';

describe('a cell of an export', () => {
  test.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '\t1',
    '\r1',
    '\uFF1D1',
    '\uFF0B1',
    '\uFF0D1',
    '\uFF201',
  ])('that a spreadsheet would calculate is text: %j', (text) => {
    expect(csvCell(text).replace(/^"/, '')[0]).toBe("'");
  });

  // A spreadsheet whose decimal sign is the comma ends a cell at a semicolon, in quotes too, unless they begin the line.
  test.each(['x;=1+1', 'x;+1', 'x; @A1', 'x\t=1', 'x\n=1', 'x\r\n=1', 'x;;=1'])(
    'that another separator would cut has no formula behind it: %j',
    (text) => {
      for (const cell of csvCell(text).split(/[;\t\r\n]/))
        expect(cell.replace(/^"/, '')).not.toMatch(/^\s?[=+\-@]/);
    },
  );

  test('keeps everything else', () => {
    expect(csvLine(['a=1', 5, true, undefined, 'x-1', 'tea; cups'])).toBe('a=1,5,true,,x-1,"tea; cups"\r\n');
    expect(csvCell('say "tea"')).toBe('"say ""tea"""');
  });
});
