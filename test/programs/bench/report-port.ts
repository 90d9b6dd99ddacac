import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Sends the port to the parent process once this server listens. */
export function reportPort(server: Server): void {
  server.once('listening', () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.once('disconnect', () => process.exit());
}
