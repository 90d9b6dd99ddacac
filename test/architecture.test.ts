import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/** Which room may know which. A room not listed on the right of a row is out of its sight. */
const MAY_KNOW: Record<string, string[]> = {
  'client/build': ['shared'],
  'client/snippet': ['shared'],
  'client/theme': [],
  shared: [],
  'server/lib/clock.ts': [],
  'server/http/listener.ts': [],
  'server/observe': ['shared'],
  'server/http/snippet.ts': ['shared'],
  'server/sandbox': [],
  'server/storage': [],
  'server/privacy': ['shared'],
  'server/destinations': ['shared'],
  'server/config': ['shared', 'server/destinations'],
  'server/config/config.ts': ['shared', 'server/config', 'server/destinations'],
  'server/log': ['shared', 'server/storage'],
  'server/state': ['shared', 'server/storage'],
  'server/lib/shutdown.ts': [],
  'server/lifecycle/retention.ts': ['server/lib/clock.ts', 'server/log', 'server/observe', 'server/state'],
  'server/orders': [
    'shared',
    'server/lib/clock.ts',
    'server/config/config.ts',
    'server/ingest',
    'server/log',
    'server/state',
  ],
  'server/shopline-admin': [
    'shared',
    'server/lib/clock.ts',
    'server/config/config.ts',
    'server/destinations',
    'server/dispatch',
    'server/privacy',
    'server/state',
  ],
  'server/statistics': [
    'shared',
    'server/lib/clock.ts',
    'server/config/config.ts',
    'server/dispatch',
    'server/log',
    'server/observe',
    'server/orders',
    'server/shopline-admin',
    'server/state',
    'server/storage',
  ],
  'server/webhooks': [
    'shared',
    'server/lib/clock.ts',
    'server/config/config.ts',
    'server/destinations',
    'server/ingest',
    'server/log',
    'server/observe',
    'server/orders',
    'server/privacy',
    'server/shopline-admin',
    'server/state',
  ],
  'server/platforms/start.ts': [
    'shared',
    'server/admin',
    'server/lib/clock.ts',
    'server/lib/shutdown.ts',
    'server/config/config.ts',
    'server/dispatch',
    'server/log',
    'server/observe',
    'server/orders',
    'server/privacy',
    'server/shopline-admin',
    'server/state',
    'server/statistics',
    'server/webhooks',
  ],
  'server/commands/rebuild.ts': [
    'server/config/config.ts',
    'server/dispatch',
    'server/log',
    'server/state',
    'server/statistics',
  ],
  'server/commands/script-tag.ts': [
    'server/lib/clock.ts',
    'server/config/config.ts',
    'server/dispatch',
    'server/observe',
    'server/shopline-admin',
  ],
  'server/ingest': [
    'shared',
    'server/lib/clock.ts',
    'server/config/config.ts',
    'server/destinations',
    'server/log',
    'server/observe',
    'server/privacy',
  ],
  'server/dispatch': [
    'shared',
    'server/lib/clock.ts',
    'server/config/config.ts',
    'server/destinations',
    'server/log',
    'server/observe',
    'server/state',
  ],
  'server/admin': [
    'shared',
    'server/lib/clock.ts',
    'server/config/config.ts',
    'server/destinations',
    'server/dispatch',
    'server/ingest',
    'server/log',
    'server/observe',
    'server/privacy',
    'server/state',
    'server/statistics',
  ],
  'server/app.ts': ['server/ingest', 'server/observe', 'server/webhooks'],
  'server/main.ts': [
    'server/admin',
    'server/app.ts',
    'server/lib/clock.ts',
    'server/lib/shutdown.ts',
    'server/config/config.ts',
    'server/dispatch',
    'server/ingest',
    'server/http/listener.ts',
    'server/log',
    'server/observe',
    'server/privacy',
    'server/lifecycle/retention.ts',
    'server/http/snippet.ts',
    'server/state',
    'server/statistics',
    'server/platforms/start.ts',
  ],
  'server/demo': [
    'shared',
    'server/config/config.ts',
    'server/destinations',
    'server/dispatch',
    'server/ingest',
    'server/log',
    'server/main.ts',
    'server/sandbox',
    'server/state',
    'server/statistics',
  ],
};

const files = globSync('{client,server,shared}/**/*.{ts,js}', { exclude: ['client/dist/**'] }).map(
  (path) => ({
    path,
    text: readFileSync(path, 'utf8'),
  }),
);
const imports = files.flatMap(({ path, text }) =>
  [...text.matchAll(/(?:from|import)\s+'(\.[^']+)'/g)].map((match) => ({
    from: path,
    to: normalize(join(dirname(path), match[1] ?? '')),
  })),
);

/** `server/main.ts` is a room by itself, `server/store/sqlite/event-log.ts` lies in `server/log`, all of `shared` is one. */
function room(path: string): string {
  const parts = path.split('/');
  return parts[0] === 'shared' ? 'shared' : parts.slice(0, 2).join('/');
}
const found = (pattern: RegExp) => files.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

test('arrows of import point one way', () => {
  const wrong = imports
    .map(({ from, to }) => ({ from, to, a: room(from), b: room(to) }))
    .filter(({ a, b }) => a !== b && a !== 'client/demo' && !MAY_KNOW[a]?.includes(b))
    .map(({ from, to }) => `${from} → ${to}`);
  expect(wrong).toEqual([]);
});

test('every room is on the map', () => {
  const rooms = new Set(files.map(({ path }) => room(path)).filter((name) => name !== 'client/demo'));
  expect([...rooms].filter((name) => !(name in MAY_KNOW))).toEqual([]);
});

test('no file imports itself in a circle', () => {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: string[]) => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (done.has(path) || trail.includes(path)) return;
    for (const to of next.get(path) ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  expect(circles).toEqual([]);
});

test('each effect has one door', () => {
  expect(found(/process\.env/)).toEqual(['server/config/config.ts']);
  expect(found(/from 'undici'|[^.\w]fetch\(/).filter((path) => !path.startsWith('client/'))).toEqual([
    'server/lib/http-client.ts',
  ]);
  expect(found(/\b(window|document)\.\w/).filter((path) => !path.startsWith('client/'))).toEqual([]);
  expect(found(/from 'node:sqlite'/).filter((path) => !/^server\/(storage|log|state)\//.test(path))).toEqual(
    [],
  );
});

test('the dispatcher names no destination and no engine', () => {
  const dispatch = files.filter(({ path }) => path.startsWith('server/dispatch/'));
  expect(dispatch.length).toBeGreaterThan(5);
  expect(
    dispatch.filter(({ text }) => /tiktok|customer\.?io|shopline|sqlite|jetstream|nats/i.test(text)),
  ).toEqual([]);
  const known = imports.filter(
    ({ from, to }) => room(from) === 'server/dispatch' && room(to) === 'server/destinations',
  );
  expect([...new Set(known.map(({ to }) => to))]).toEqual(['server/destinations/destination.ts']);
});
