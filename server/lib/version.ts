import { readFileSync } from 'node:fs';
import { OperatorError } from './operator-error.ts';

const readPackage = (): { version: string; engines: { node: string } } =>
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/** The version in package.json. */
export const readVersion = (): string => readPackage().version;

/**
 * @param running of Node, such as `26.10.0`.
 * @throws {OperatorError} where it is older than package.json requires.
 */
export function requireNode(running: string): void {
  const required = Number(/\d+/.exec(readPackage().engines.node)?.[0]);
  if (Number.parseInt(running, 10) < required)
    throw new OperatorError(`Storebeacon requires Node ${required} or later; this is Node ${running}.`);
}
