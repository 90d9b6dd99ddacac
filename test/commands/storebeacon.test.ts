// @module-tag slow
import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../server/commands/registry.ts';
import { UsageError } from '../../server/lib/arguments.ts';
import { CHILD_ENV } from '../support/child-env.ts';
import { NODE, ROOT } from '../support/fleet-process.ts';

/** `storebeacon` without any configuration. */
const storebeacon = (...args: string[]) =>
  new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const options = { cwd: ROOT, env: CHILD_ENV };
    execFile(NODE, ['server/commands/storebeacon.ts', ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });

test.each(Object.keys(COMMANDS))('%s is explained, and refuses an option it does not know', async (name) => {
  const { command } = (await COMMANDS[name]?.load()) ?? {};
  expect(command?.usage).toMatch(new RegExp(`^Usage: storebeacon ${name}\\b[\\s\\S]+\\n$`));
  const refused = await command?.run(['--no-such-option']).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UsageError);
  expect(refused).toMatchObject({ message: expect.stringContaining('--no-such-option') });
});

test('--help lists the commands, behind a command it explains that; --version is the package’s', async () => {
  const { code, stdout } = await storebeacon('--help');
  expect(code).toBe(0);
  for (const name of Object.keys(COMMANDS)) expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'));
  expect((await storebeacon('rebuild', '-h')).stdout).toMatch(/^Usage: storebeacon rebuild/);
  expect((await storebeacon('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each([
  { args: ['strat'], named: 'strat' },
  { args: ['constructor'], named: 'constructor' },
  { args: [], named: 'Which command?' },
  { args: ['rebuild', '--kep'], named: '--kep' },
])('$args is answered in words with the usage, and ends with 2', async ({ args, named }) => {
  const { code, stdout, stderr } = await storebeacon(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(named);
  expect(stderr).toMatch(/^Usage: storebeacon/m);
  expect(stderr).not.toMatch(/\n\s+at /);
});
