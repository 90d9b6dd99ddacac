// @module-tag slow
import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readSources } from './support/source-tree.ts';

/** Words that no identifier and no file name contains. */
interface Row {
  /** In camel case: `giveWay` also finds `GIVE_WAY`, `createGiveWay` and `give-way.ts`. */
  words: string[];
  use: string;
  /** Only below these folders; elsewhere the word has its ordinary meaning. */
  under?: string[];
  /** Only where it is the whole name, or the first word of it. */
  as?: 'name' | 'start';
}

const TABLE: Row[] = [
  { words: ['wayBack'], use: 'startPlatforms' },
  { words: ['told', 'tell', 'tells', 'telling', 'teller'], use: 'reported, report, emit, describe' },
  { words: ['hear', 'hears', 'heard', 'hearing'], use: 'onNotice, received' },
  { words: ['strike', 'strikes', 'struck'], use: 'redactSecrets, masked' },
  { words: ['hurry', 'hurries', 'hurried'], use: 'requeue, requeuedTo' },
  { words: ['wake'], use: 'requeueNow', under: ['server/'], as: 'name' },
  { words: ['lineUp'], use: 'enqueue' },
  {
    words: ['sight', 'sights', 'sighting', 'sightings'],
    use: 'recordOrderReport, OrderReport, orderReports',
  },
  { words: ['giveWay'], use: 'yieldToIngest' },
  { words: ['slices'], use: 'chunks' },
  { words: ['unhurried'], use: 'NO_BACKPRESSURE' },
  { words: ['room', 'rooms', 'house', 'houses', 'door', 'doors'], use: 'module, setup or system, listener' },
  { words: ['judge', 'judges', 'verdict', 'verdicts'], use: 'validate, ValidationResult; classify, Outcome' },
  { words: ['fate', 'fates'], use: 'SendResult' },
  { words: ['bury', 'buried'], use: 'moveToDeadLetters' },
  { words: ['forgive', 'forgiven'], use: 'requeueDeadLetter' },
  { words: ['stumble', 'stumbles'], use: 'fail, failures' },
  { words: ['news'], use: 'seenCache, newEvents' },
  { words: ['seen'], use: 'dedup', under: ['server/store/'] },
  { words: ['backstop'], use: 'orderPolling' },
  { words: ['pace', 'paces'], use: 'rateLimiter, rate' },
  { words: ['everyMs'], use: 'intervalMs', as: 'name' },
  { words: ['closer'], use: 'shutdown, onShutdown' },
  { words: ['patience'], use: 'timeout' },
  { words: ['company'], use: 'maxBatchDelayMs', under: ['server/'] },
  { words: ['quietUntil'], use: 'pausedUntil' },
  { words: ['missing'], use: 'gaps', under: ['server/store/'] },
  { words: ['markLost', 'marksLost'], use: 'highWaterMarkLost', as: 'name' },
  { words: ['seal', 'seals', 'openSeal'], use: 'encryptedPii, decrypt' },
  { words: ['open'], use: 'InFlight', under: ['server/delivery/'], as: 'name' },
  { words: ['fixOrder', 'fixed'], use: 'freezeOrder, frozen', as: 'name' },
  { words: ['root'], use: 'canonicalId', under: ['server/analytics/', 'server/orders/'] },
  { words: ['stale'], use: 'needsAttribution', under: ['server/analytics/'] },
  { words: ['changed', 'unmarkChanged', 'markChanged'], use: 'dirtyTargets', under: ['server/analytics/'] },
  { words: ['kept', 'readKept', 'writeKept'], use: 'settings', under: ['server/analytics/'] },
  { words: ['misfit'], use: 'invalid' },
  {
    words: ['take'],
    use: 'lease, acquire, dequeue, parse',
    under: ['server/', 'client/snippet/'],
    as: 'start',
  },
  { words: ['settle'], use: 'attribute, resolve, flush', under: ['server/analytics/', 'client/snippet/'] },
  { words: ['noteSynced', 'noteNews', 'noteOnce', 'noteAppended'], use: 'record, mark, reserve' },
  { words: ['note'], use: 'record, mark, reserve', under: ['server/store/', 'server/delivery/'] },
  { words: ['heldBack'], use: 'deferred' },
  { words: ['unreadableAnswer'], use: 'invalidResponse' },
  { words: ['waitsForEarlier'], use: 'blockedByEarlier' },
  { words: ['turnPage'], use: 'onUrlChange' },
  { words: ['beamed'], use: 'sentByBeacon' },
  { words: ['box'], use: 'store', under: ['client/snippet/'], as: 'name' },
  { words: ['keepVisit'], use: 'touchSession' },
  { words: ['survey'], use: 'detect' },
  { words: ['later'], use: 'defer', under: ['client/snippet/'], as: 'name' },
  { words: ['companion', 'companions'], use: 'plugin, plugins' },
  { words: ['happening', 'happenings'], use: 'event' },
  { words: ['story', 'stories'], use: 'scenario' },
  { words: ['letter', 'letters'], use: 'email (of an event: dead letter)' },
];

const SOURCES = '{server,shared,test}/**/*.{ts,js}';
const CLIENT = 'client/{snippet,theme}/**/*.{ts,js}';

/** `openHTTPDoor_now` → ` open http door now `. */
const wordsOf = (name: string) =>
  ` ${name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '')
    .join(' ')} `;

/** @param name words as `wordsOf` gives them. */
function contains(name: string, words: string, as: Row['as']): boolean {
  if (as === 'name') return name === words;
  if (as === 'start') return name.startsWith(words);
  return name.replaceAll(' dead letter', ' deadletter').includes(words);
}

const names = new Map<string, { name: string; at: string }[]>();
const add = (name: string, at: string) => {
  const words = wordsOf(name);
  names.set(words, [...(names.get(words) ?? []), { name, at }]);
};
for (const { path, identifiers } of readSources([SOURCES, CLIENT]))
  for (const name of identifiers) add(name, path);
for (const path of globSync(['{server,shared,test}/**', 'client/{snippet,theme}/**']))
  for (const name of path.split('/').slice(1)) add(name.replace(/\.\w+$/, ''), path);

const found = ({ words, under = [''], as }: Row) =>
  words.flatMap((word) =>
    [...names]
      .filter(([name]) => contains(name, wordsOf(word), as))
      .flatMap(([, places]) => places)
      .filter(({ at }) => under.some((folder) => at.startsWith(folder)))
      .map(({ name, at }) => `${at} ${name}`),
  );

test.each(TABLE.map((row) => ({ ...row, dialect: row.words.join(', ') })))('$dialect → $use', (row) => {
  expect([...new Set(found(row))]).toEqual([]);
});

test('words are found in every spelling', () => {
  for (const name of ['giveWay', 'GIVE_WAY', 'createGiveWay', 'give-way'])
    expect(contains(wordsOf(name), wordsOf('giveWay'), undefined)).toBe(true);
  expect(contains(wordsOf('deadLetters'), wordsOf('letters'), undefined)).toBe(false);
  expect(contains(wordsOf('takeNew'), wordsOf('take'), 'start')).toBe(true);
  expect(contains(wordsOf('takeNew'), wordsOf('take'), 'name')).toBe(false);
});
