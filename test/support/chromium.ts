import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Not the package's own flags: those switch off web security, and with it everything a test of CORS could show. */
const ARGS = [
  '--no-sandbox',
  '--disable-setuid-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--font-render-hinting=none',
];

/**
 * A real Chromium, headless. Close it when done: `await using browser = await launchChromium()` does.
 * `CHROMIUM_PATH` chooses another one than the package brings.
 *
 * @param options.userAgent of every request, those sent while leaving a page too: a page's own does not reach these.
 * @param options.hosts `loopback`: every name, of whatever domain, is this machine.
 */
export async function launchChromium(
  options: { userAgent?: string; hosts?: 'loopback' } = {},
): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH || (await unpack());
  const { userAgent, hosts } = options;
  const args = [...ARGS];
  if (userAgent !== undefined) args.push(`--user-agent=${userAgent}`);
  if (hosts === 'loopback') args.push('--host-resolver-rules=MAP * 127.0.0.1');
  return chromium.launch({ executablePath, args });
}

/** Beside the package, so that a new version of it is unpacked anew. */
const CACHE = join(import.meta.dirname, '../../node_modules/.cache');

/** Unpacks once. Test files run concurrently: the first to finish moves the complete folder into place. */
async function unpack(): Promise<string> {
  const home = join(CACHE, 'chromium');
  const binary = join(home, 'chromium');
  if (existsSync(binary)) return binary;

  mkdirSync(CACHE, { recursive: true });
  const before = process.env.TMPDIR;
  const work = mkdtempSync(`${home}-`);
  process.env.TMPDIR = work;
  try {
    const { default: packed } = await import('@sparticuz/chromium');
    packed.setGraphicsMode = false;
    await packed.executablePath();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  try {
    renameSync(work, home);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    if (!existsSync(binary)) throw error;
  }
  return binary;
}
