import { expect, test } from 'vitest';
import { createClockOffsets } from '../../server/observe/clock-offsets.ts';

const NOW_MS = Date.parse('2026-06-01T08:00:00Z');
const MINUTE_MS = 60_000;

function setUp(dateOf: () => string | undefined) {
  const clock = { nowMs: NOW_MS };
  const offsets = createClockOffsets(() => clock.nowMs);
  const http = offsets.watch(async () => {
    const date = dateOf();
    return {
      status: 200,
      headers: date === undefined ? ({} as Record<string, string>) : { date },
      body: 'ok',
    };
  });
  const ask = () => http({ method: 'GET', url: 'https://api.example', headers: {} });
  return { clock, offsets, ask };
}
const utc = (ms: number) => new Date(ms).toUTCString();

test('the median of the dates of answers; one that is wrong counts for little', async () => {
  const dates = [0, 0, -9e9, 0, 0].map((ms) => utc(NOW_MS - 90_000 + ms));
  const { offsets, ask } = setUp(() => dates.pop());
  for (let nth = 0; nth < 4; nth++) expect((await ask()).body).toBe('ok');
  expect(offsets.read(NOW_MS)).toEqual({});
  await ask();
  expect(offsets.read(NOW_MS)).toEqual({ answersMs: 90_000 });
});

test('what is older than half an hour does not count, nor answers without a date', async () => {
  const { clock, offsets, ask } = setUp(() => utc(NOW_MS));
  for (let nth = 0; nth < 9; nth++) await ask();
  expect(offsets.read(NOW_MS)).toEqual({ answersMs: 0 });
  clock.nowMs += 31 * MINUTE_MS;
  expect(offsets.read(clock.nowMs)).toEqual({});
  const { offsets: others, ask: askOther } = setUp(() => undefined);
  for (let nth = 0; nth < 9; nth++) await askOther();
  const { ask: askAgain, offsets: wrong } = setUp(() => 'yesterday');
  for (let nth = 0; nth < 9; nth++) await askAgain();
  expect([others.read(NOW_MS), wrong.read(NOW_MS)]).toEqual([{}, {}]);
});

test('of messages thirty are needed, and the last five hundred are kept', () => {
  const { offsets } = setUp(() => undefined);
  for (let nth = 0; nth < 29; nth++) offsets.ofMessage(NOW_MS - 500, NOW_MS);
  expect(offsets.read(NOW_MS)).toEqual({});
  for (let nth = 0; nth < 29; nth++) offsets.ofMessage(NOW_MS - 500, NOW_MS);
  expect(offsets.read(NOW_MS)).toEqual({ messagesMs: 500 });
  for (let nth = 0; nth < 500; nth++) offsets.ofMessage(NOW_MS + 1_000, NOW_MS);
  expect(offsets.read(NOW_MS)).toEqual({ messagesMs: -1_000 });
});
