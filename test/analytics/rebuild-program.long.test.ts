import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { CHILD_ENV } from '../support/child-env.ts';
import { NODE, ROOT } from '../support/fleet-process.ts';
import { freePort, spawnCollector } from '../support/process.ts';
import { tempDir } from '../support/temp-dir.ts';
import { DAY, landing, mail, openCountedShop, order, VARIABLES } from './rebuild-setup.ts';

describe('storebeacon rebuild', () => {
  async function run(dataDir: string, args: string[] = [], variables: Record<string, string> = {}) {
    const env = { ...CHILD_ENV, ...VARIABLES, DATA_DIR: dataDir, ...variables };
    const child = spawn(NODE, ['server/commands/storebeacon.ts', 'rebuild', ...args], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { out: '', error: '' };
    child.stdout.on('data', (chunk) => {
      said.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said.error += chunk;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...said };
  }

  /** A data directory as a collector leaves it behind. */
  async function leftBehind(): Promise<string> {
    const dataDir = tempDir();
    const counted = await openCountedShop(dataDir, Date.now() - DAY);
    await counted.append(landing('ann'), order('ann', '1'), mail('ann', 'd1', 'sent'));
    await counted.count();
    await counted.close();
    return dataDir;
  }

  test('prints one line when nothing differs, and exits 0', async () => {
    const dataDir = await leftBehind();
    for (const _ of [1, 2])
      expect(await run(dataDir)).toEqual({
        code: 0,
        out: 'rebuild: shop: 3 events read again, 3 totals, 0 differ\n',
        error: '',
      });
  });

  test('prints differences after a change of rules, and stores them only with --keep', async () => {
    const dataDir = await leftBehind();
    const changed = { MARKETING_RULES: '[]' };
    const first = await run(dataDir, [], changed);
    expect(first).toMatchObject({ code: 1, error: '' });
    expect(first.out).toContain('shop marketing:MA_mail\n  was {');
    expect(first.out).toContain('3 totals, 1 differ');
    expect(first.out).toContain('with --keep');
    expect((await run(dataDir)).code).toBe(0);
    expect((await run(dataDir, ['--keep'], changed)).code).toBe(0);
    expect((await run(dataDir, [], changed)).code).toBe(0);
  });

  test('refuses while a collector runs on the same data', async () => {
    const dataDir = await leftBehind();
    await spawnCollector({ ...VARIABLES, PORT: String(await freePort()), DATA_DIR: dataDir });
    const { code, out, error } = await run(dataDir);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error).toContain(dataDir);
    expect(error).not.toContain('    at ');
  });

  test('prints its usage when asked, refuses an unknown argument with it, and changes nothing', async () => {
    const dataDir = tempDir();
    const asked = await run(dataDir, ['--help']);
    expect(asked).toMatchObject({ code: 0, error: '' });
    expect(asked.out).toContain('Usage: storebeacon rebuild');
    for (const args of [['--kep'], ['--keep', 'now']]) {
      const { code, out, error } = await run(dataDir, args);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(error).toContain('Usage: storebeacon rebuild');
    }
    expect(await run(dataDir, [], { MARKETING_RULES: '{' })).toMatchObject({ code: 1, out: '' });
  });
});
