import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { folderOf, type Library } from './libraries.ts';
import type { Recorder } from './recorder.ts';

/**
 * Sends everything with the real library.
 *
 * @param workDir an empty folder.
 * @returns what the library reported as not sent; empty when nothing.
 * @throws when it ended with an error.
 */
export async function runClient(
  library: Library,
  server: Recorder,
  writeKey: string,
  workDir: string,
): Promise<string> {
  const { command, args, env } = library.send(folderOf(library), server, writeKey, workDir);
  const child = spawn(command, args, {
    // A time zone is part of what the clients write.
    env: { ...process.env, TZ: 'Asia/Taipei', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, code] = await Promise.all([
    text(child.stderr),
    new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve)),
  ]);
  if (code !== 0) throw new Error(`${library.name} ended with ${code}: ${said}`);
  return said;
}
