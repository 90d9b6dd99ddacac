import { createServer } from 'node:net';
import { OperatorError } from '../lib/operator-error.ts';

const DEFAULT_PORT = 8787;
const LAST_PORT = 65_535;

/**
 * The port the demo listens on: the requested one (8787), or the next that is free. 0 lets the system choose.
 *
 * @throws {OperatorError} for a value that is no port, and when no port is free.
 */
export async function choosePort(requested: unknown): Promise<{ port: number; taken?: number }> {
  const text = String(requested ?? '').trim();
  const wanted = text === '' ? DEFAULT_PORT : Number(text);
  if (!/^\d*$/.test(text) || wanted > LAST_PORT)
    throw new OperatorError(`PORT is "${text}"; expected a whole number from 0 to ${LAST_PORT}`);
  for (let candidate = wanted; candidate <= LAST_PORT; candidate++) {
    const port = await probe(candidate);
    if (port !== undefined) return candidate === wanted ? { port } : { port, taken: wanted };
  }
  throw new OperatorError(`No port from ${wanted} on is free. Choose another PORT.`);
}

/** The port that was listened on for a moment; undefined when it is in use. */
function probe(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
