// @module-tag slow
import { describe, expect, test } from 'vitest';
import { readSources, type SourceFile } from './support/source-tree.ts';

/**
 * The modules of the server, lowest first. A file may import files of its own module and of modules further up in this list,
 * never of modules below it. `app.ts`, `compose.ts`, `main.ts` and the programs at the end know every module.
 */
const MODULES = [
  'shared',
  'server/lib',
  'server/privacy',
  'server/observe',
  'server/destinations',
  'server/config',
  'server/orders',
  'server/store',
  'server/http',
  'server/ingest',
  'server/analytics',
  'server/delivery',
  'server/lifecycle',
  'server/platforms',
  'server/operator',
  'server/app.ts',
  'server/compose.ts',
  'server/main.ts',
  'server/commands',
];
/** Stand-ins, the demo and the build: below and above the list, and no part of what production imports. */
const NOT_IN_PRODUCTION = ['server/sandbox', 'server/demo', 'server/build'];

const files = readSources(['{client,server,shared}/**/*.{ts,tsx,js}']);
const arrows = files.flatMap(({ path, imports }) => imports.map((to) => ({ from: path, to })));

/** `server/main.ts` is a module by itself; `server/store/sqlite/worker.ts` lies in `server/store`; `shared` is one module. */
function moduleOf(path: string): string {
  const parts = path.split('/');
  return parts[0] === 'server' ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}
const inModules = (...modules: string[]) => files.filter(({ path }) => modules.includes(moduleOf(path)));
/** Whether this is found outside comments. */
const matches = (file: SourceFile, pattern: RegExp) => pattern.test(file.text) && pattern.test(file.code);
const pathsWhere = (of: readonly SourceFile[], isSo: (file: SourceFile) => boolean) =>
  of.filter(isSo).map(({ path }) => path);
const arrowsWhere = (isSo: (from: string, to: string) => boolean) =>
  arrows.filter(({ from, to }) => isSo(from, to)).map(({ from, to }) => `${from} → ${to}`);

describe('arrows of import', () => {
  test('every folder of the server is in the list of modules', () => {
    const known = [...MODULES, ...NOT_IN_PRODUCTION].filter((module) => module.startsWith('server/'));
    const found = [
      ...new Set(files.map(({ path }) => moduleOf(path)).filter((module) => module.startsWith('server/'))),
    ];
    expect(found.filter((name) => !known.includes(name))).toEqual([]);
    expect(known.filter((name) => !found.includes(name))).toEqual([]);
  });

  test('client → shared ← server', () => {
    expect(arrowsWhere((from, to) => moduleOf(from) === 'client' && !/^(client|shared)\//.test(to))).toEqual(
      [],
    );
    expect(arrowsWhere((from, to) => from.startsWith('server/') && to.startsWith('client/'))).toEqual([]);
    expect(arrowsWhere((from, to) => moduleOf(from) === 'shared' && moduleOf(to) !== 'shared')).toEqual([]);
  });

  test('within the server point to the modules below', () => {
    const isUpward = (from: string, to: string) =>
      MODULES.includes(moduleOf(from)) && MODULES.indexOf(moduleOf(to)) > MODULES.indexOf(moduleOf(from));
    expect(arrowsWhere(isUpward)).toEqual([]);
  });

  test('nothing but the stand-ins and the demo imports the stand-ins or the demo', () => {
    const isOutside = (path: string) => !NOT_IN_PRODUCTION.includes(moduleOf(path));
    // `storebeacon demo` loads it when it is called.
    expect(arrowsWhere((from, to) => isOutside(from) && !isOutside(to))).toEqual([
      'server/commands/registry.ts → server/demo/main.ts',
    ]);
    expect(
      arrowsWhere((from, to) => moduleOf(from) === 'server/sandbox' && moduleOf(to) !== 'server/sandbox'),
    ).toEqual([]);
    expect(
      arrowsWhere((from, to) => to.startsWith('client/demo/') && !/^(client|server)\/demo\//.test(from)),
    ).toEqual([]);
  });

  test('lib knows nothing of shops: it imports lib alone', () => {
    const isOut = (from: string, to: string) =>
      moduleOf(from) === 'server/lib' && moduleOf(to) !== 'server/lib';
    expect(arrowsWhere(isOut)).toEqual([]);
  });

  test('a destination knows the contract, its own folder and the files all destinations share', () => {
    const folder = (path: string) => /^server\/destinations\/\w+\//.exec(path)?.[0];
    const isOwn = (from: string, to: string) =>
      to.startsWith(folder(from) ?? '-') ||
      (/^server\/destinations\/[^/]+$/.test(to) && !/registry/.test(to));
    expect(
      arrowsWhere((from, to) => folder(from) !== undefined && moduleOf(to) !== 'shared' && !isOwn(from, to)),
    ).toEqual([]);
    // Besides the registry: the shop system of the same name, which calls the same API, and the configuration, which
    // reads the settings the two share.
    const mayImport = (from: string, to: string) =>
      folder(to)?.replace('/destinations/', '/platforms/') === /^server\/platforms\/\w+\//.exec(from)?.[0] ||
      (moduleOf(from) === 'server/config' && /^server\/destinations\/\w+\/store\.ts$/.test(to));
    const chosen = arrowsWhere(
      (from, to) => folder(to) !== undefined && folder(from) !== folder(to) && !mayImport(from, to),
    );
    expect(chosen.every((arrow) => arrow.startsWith('server/destinations/registry.ts → '))).toBe(true);
  });

  test('one shop system does not know another', () => {
    const system = (path: string) => /^server\/platforms\/(shopline|customerio)\//.exec(path)?.[1];
    expect(
      arrowsWhere((from, to) => {
        const [a, b] = [system(from), system(to)];
        return a !== undefined && b !== undefined && a !== b;
      }),
    ).toEqual([]);
  });

  test('no file imports itself in a circle', () => {
    const next = new Map(files.map(({ path, imports }) => [path, imports]));
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
});

describe('each effect is in one place', () => {
  const server = files.filter(({ path }) => path.startsWith('server/'));
  const notClient = files.filter(({ path }) => !path.startsWith('client/'));
  const production = server.filter(({ path }) => !NOT_IN_PRODUCTION.includes(moduleOf(path)));

  test('the environment is read in config/', () => {
    const found = pathsWhere(files, (file) => matches(file, /\bprocess\.env\b/));
    expect(found.length).toBe(1);
    expect(found.filter((path) => moduleOf(path) !== 'server/config')).toEqual([]);
  });

  test('window and document are used under client/', () => {
    expect(pathsWhere(notClient, (file) => matches(file, /(?<![.\w])(window|document)\.\w/))).toEqual([]);
  });

  test('requests leave through lib/http-client.ts', () => {
    const sends = (file: SourceFile) =>
      file.packages.includes('undici') ||
      matches(file, /(?<![.\w])fetch\(/) ||
      matches(file, /import \{[^}]*\b(request|get)\b[^}]*\} from ['"]node:https?['"]/);
    expect(pathsWhere(server, sends)).toEqual(['server/lib/http-client.ts']);
  });

  test('SQL is written in store/ and analytics/', () => {
    const sql =
      /['"`]\s*(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+TABLE\s|PRAGMA\s)/;
    const hasSql = (file: SourceFile) =>
      file.packages.some((name) => ['node:sqlite', 'kysely', 'pg'].includes(name)) || matches(file, sql);
    const found = production.filter(hasSql);
    expect(found.length).toBeGreaterThan(10);
    expect(
      pathsWhere(found, ({ path }) => !['server/store', 'server/analytics'].includes(moduleOf(path))),
    ).toEqual([]);
  });
});

describe('what a module does not name', () => {
  test('delivery names no destination and no engine, and knows the interface of destinations alone', () => {
    const delivery = inModules('server/delivery');
    expect(delivery.length).toBeGreaterThan(5);
    const named = /tiktok|customer\.?io|shopline|sqlite|postgres|jetstream|\bnats\b/i;
    expect(pathsWhere(delivery, ({ text }) => named.test(text))).toEqual([]);
    const known = delivery.flatMap(({ imports }) =>
      imports.filter((to) => moduleOf(to) === 'server/destinations'),
    );
    expect([...new Set(known)]).toEqual(['server/destinations/destination.ts']);
  });

  test('analytics, orders and ingest name no platform', () => {
    const modules = inModules('server/analytics', 'server/orders', 'server/ingest');
    expect(modules.length).toBeGreaterThan(20);
    const named = pathsWhere(modules, ({ identifiers, imports }) =>
      [...identifiers, ...imports].some((name) => /shopline|shopify|customer_?io|platforms/i.test(name)),
    );
    expect(named).toEqual([]);
  });
});

test('the root of the server holds main.ts, compose.ts and app.ts, each under 120 lines', () => {
  const root = files.filter(({ path }) => /^server\/[^/]+$/.test(path));
  expect(root.map(({ path }) => path)).toEqual(['server/app.ts', 'server/compose.ts', 'server/main.ts']);
  const isLong = ({ text }: SourceFile) => text.split('\n').length > 120;
  expect(pathsWhere(root, isLong)).toEqual([]);
});

test('test files that start a collector, a process or a browser have tests tagged slow', () => {
  const starters = /\/support\/(collector|fleet|fleet-process|process|program|chromium|shopper)\.ts$/;
  const starts = ({ imports }: SourceFile) => imports.some((path) => starters.test(path));
  // Long tests and tests in Chromium are left out of `test:fast` by their paths.
  const tests = readSources(['test/**/*.test.ts']).filter(
    ({ path }) => !/\.long\.|^test\/(browser|client-package)\//.test(path),
  );
  const untagged = pathsWhere(
    tests,
    (file) => starts(file) && !/^\/\/ @module-tag slow\n|tags: \['slow'\]/.test(file.text),
  );
  expect(untagged).toEqual([]);
});
