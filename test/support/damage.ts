import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';

/** Keeps so much of a file, between nothing (0) and all (1). */
export const cut = (path: string, keep: number) => truncateSync(path, Math.floor(statSync(path).size * keep));

/** Turns the bits of a few bytes, somewhere between the beginning (0) and the end (1) of a file. */
export function flip(path: string, where: number): void {
  const bytes = readFileSync(path);
  const at = Math.floor((bytes.length - 16) * where);
  for (let index = at; index < at + 16; index++) bytes[index] = ~(bytes[index] ?? 0) & 0xff;
  writeFileSync(path, bytes);
}
