import { expect, test } from 'vitest';
import type { Finding } from '../../../server/operator/watchdog/finding.ts';
import { createIncidents } from '../../../server/operator/watchdog/incidents.ts';
import type { Incident } from '../../../server/operator/watchdog/kept.ts';
import { ALERT_RULES } from '../../../shared/alert-rules.ts';
import { createChance } from '../../programs/scenario/random.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = Date.parse('2026-06-01T00:00:00Z');
const all = new Set(ALERT_RULES);
const paused: Finding = {
  ...{ rule: 'token-refused', shop: 'tea', destination: 'tiktok' },
  ...{ severity: 'error', code: 'token-refused', values: { waiting: 12 } },
};

const setUp = () => {
  let ids = 0;
  return createIncidents({ open: [], ended: [] }, START_MS, () => `alert_${++ids}`);
};

test('what holds on is one incident; it ends when it was absent for ten minutes', () => {
  const incidents = setUp();
  expect(incidents.update([paused], all, START_MS).opened).toHaveLength(1);
  expect(incidents.update([paused], all, START_MS + MINUTE_MS)).toEqual({ opened: [], ended: [] });
  expect(incidents.update([], all, START_MS + 5 * MINUTE_MS)).toEqual({ opened: [], ended: [] });
  expect(incidents.update([paused], all, START_MS + 6 * MINUTE_MS)).toEqual({ opened: [], ended: [] });
  expect(incidents.update([], all, START_MS + 15 * MINUTE_MS).ended).toEqual([]);
  const { ended } = incidents.update([], all, START_MS + 16 * MINUTE_MS);
  expect(ended).toMatchObject([
    { id: 'alert_1', openedAtMs: START_MS, endedAtMs: START_MS + 16 * MINUTE_MS },
  ]);
  expect(incidents.open()).toEqual([]);
  expect(incidents.ended()).toEqual(ended);
});

test('rules that did not look end nothing', () => {
  const incidents = setUp();
  incidents.update([paused], all, START_MS);
  expect(incidents.update([], new Set(), START_MS + 9 * HOUR_MS).ended).toEqual([]);
  expect(incidents.open()).toHaveLength(1);
});

test('after a restart it is the same incident, and ten minutes pass before it can end', () => {
  const before = setUp();
  before.update([paused], all, START_MS);
  const startedMs = START_MS + 3 * HOUR_MS;
  const kept = JSON.parse(JSON.stringify({ open: before.open(), ended: before.ended() }));
  const after = createIncidents(kept, startedMs, () => 'other');
  expect(after.update([], all, startedMs + MINUTE_MS).ended).toEqual([]);
  expect(after.update([paused], all, startedMs + 2 * MINUTE_MS).opened).toEqual([]);
  expect(after.update([], all, startedMs + 12 * MINUTE_MS).ended).toMatchObject([{ id: 'alert_1' }]);
});

test('a flood of findings opens 200 incidents at most', () => {
  const incidents = setUp();
  const flood = Array.from({ length: 500 }, (_, nth) => ({ ...paused, shop: `shop-${nth}` }));
  expect(incidents.update(flood, all, START_MS).opened).toHaveLength(200);
});

test('whatever is found in whatever order, messages about one subject alternate: opened, ended, opened …', () => {
  const chance = createChance(7);
  const subjects = ALERT_RULES.flatMap((rule) =>
    ['tea', 'shoes'].map((shop): Finding => ({ rule, shop, severity: 'warning', code: rule, values: {} })),
  );
  let ids = 0;
  const newId = () => `alert_${++ids}`;
  let incidents = createIncidents({ open: [], ended: [] }, START_MS, newId);
  const open = new Map<string, Incident>();
  for (let nth = 0, atMs = START_MS; nth < 5_000; nth++) {
    atMs += chance.whole(1, 90) * MINUTE_MS;
    if (chance.happens(0.02)) {
      const kept = { open: incidents.open(), ended: [...incidents.ended()] };
      incidents = createIncidents(JSON.parse(JSON.stringify(kept)), atMs, newId);
    }
    const findings = subjects.filter(() => chance.happens(0.2));
    const checked = new Set(ALERT_RULES.filter(() => chance.happens(0.7)));
    const { opened, ended } = incidents.update(findings, checked, atMs);
    for (const one of opened) {
      expect(open.has(`${one.rule} ${one.shop}`)).toBe(false);
      open.set(`${one.rule} ${one.shop}`, one);
    }
    for (const one of ended) {
      expect(open.get(`${one.rule} ${one.shop}`)?.id).toBe(one.id);
      open.delete(`${one.rule} ${one.shop}`);
    }
  }
  expect(ids).toBeGreaterThan(100);
});
