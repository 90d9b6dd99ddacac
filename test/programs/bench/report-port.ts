import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Tells the parent process where this server listens, once it does. */
export function reportPort(server: Server): void {
  server.once('listening', () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.once('disconnect', () => process.exit());
}
