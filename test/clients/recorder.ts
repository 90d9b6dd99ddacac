import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { exchange } from '../support/http.ts';
import { selfSigned } from '../support/self-signed.ts';

/** A request as a client made it. */
export interface Recorded {
  method: string;
  path: string;
  /** Lower case; without those of the connection. */
  headers: Record<string, string>;
  /** After decompression, where `content-encoding` names one. */
  body: string;
}

export interface Recorder {
  /** Host and port. */
  host: string;
  /** Of the server, where it uses TLS. */
  certificate: string;
  requests: Recorded[];
  close(): Promise<void>;
}

/** They say where a recording was made, or how long a compressed body was. */
const LEFT_OUT = ['host', 'connection', 'content-length', 'transfer-encoding'];

/**
 * A server between a client and its collector, that keeps what the client sends.
 *
 * @param base where the collector listens; without it each request is answered as stored.
 */
export async function startRecorder(isTls: boolean, base?: string): Promise<Recorder> {
  const requests: Recorded[] = [];
  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '' } = incoming;
    const chunks = await incoming.toArray();
    const bytes = Buffer.concat(chunks as Buffer[]);
    const headers = Object.fromEntries(
      Object.entries(incoming.headers)
        .filter(([name]) => !LEFT_OUT.includes(name))
        .map(([name, value]) => [name, String(value)]),
    );
    requests.push({ method, path, headers, body: await decompressed(bytes, headers['content-encoding']) });
    if (base === undefined) return void response.end('{"success":true}');
    const answered = await exchange(base, path, { method, headers, body: bytes });
    response.writeHead(answered.status, answered.headers).end(answered.body);
  };
  const { key, cert } = selfSigned();
  const server = isTls ? createHttpsServer({ key, cert }, answer) : createHttpServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificate: cert,
    requests,
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

async function decompressed(bytes: Buffer, encoding: string | undefined): Promise<string> {
  if (encoding !== 'gzip') return bytes.toString();
  const gunzip = createGunzip();
  gunzip.end(bytes);
  return text(gunzip);
}
