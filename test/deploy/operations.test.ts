import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readSources } from '../support/source-tree.ts';

const guide = readFileSync('server/OPERATIONS.md', 'utf8');
const source = readSources(['{server,shared}/**/*.ts'])
  .map(({ text }) => text)
  .join('\n');

/** What the table of symptoms tells to look for: words of log lines and errors. `…` stands for a value. */
const words = [...guide.slice(guide.indexOf('## By symptom')).matchAll(/^\|[^|]*\|([^|]*)\|/gm)]
  .flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]* [^`]*)`/g)])
  .flatMap(([, phrase = '']) => phrase.split('…').map((part) => part.trim()))
  .filter((phrase) => phrase !== '');

test('the guide tells to look for words that the program writes', () => {
  expect(words.length).toBeGreaterThan(20);
  expect(words.filter((phrase) => !source.includes(phrase))).toEqual([]);
});

test('each of Prometheus’ alerts has a row', () => {
  const alerts = readFileSync('server/observe/alerts.yml', 'utf8').matchAll(/alert: (\w+)/g);
  expect([...alerts].map(([, name]) => name).filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
});
