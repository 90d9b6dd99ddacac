import { Agent, request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { isObject } from '../../../shared/is-object.ts';
import type { Probe } from './probe.ts';

export interface Answer {
  status: number;
  type: string;
  body: Buffer;
  ms: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 32 });

/** Asks once; undefined when there was no whole answer. */
export function ask(base: string, { method, path, headers, body }: Probe): Promise<Answer | undefined> {
  const sentAtMs = performance.now();
  return new Promise((resolve) => {
    const length = ['GET', 'HEAD'].includes(method) ? {} : { 'content-length': String(body.length) };
    const outgoing = request(
      `${base}`,
      { agent, method, path, headers: { ...headers, ...length } },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => void chunks.push(chunk));
        incoming.on('error', () => resolve(undefined));
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            type: incoming.headers['content-type'] ?? '',
            body: method === 'HEAD' ? Buffer.alloc(0) : Buffer.concat(chunks),
            ms: performance.now() - sentAtMs,
          }),
        );
      },
    );
    outgoing.on('error', () => resolve(undefined));
    if ('content-length' in length) outgoing.end(body);
    else outgoing.end();
  });
}

const Taken = z.strictObject({
  success: z.boolean(),
  accepted: z.int().nonnegative(),
  duplicates: z.int().nonnegative(),
  rejected: z.array(
    z.strictObject({
      index: z.int().nonnegative(),
      messageId: z.string().optional(),
      issues: z.array(z.strictObject({ path: z.string(), code: z.string(), message: z.string() })).min(1),
    }),
  ),
  rejectedCount: z.int().positive().optional(),
  warnings: z
    .array(
      z.looseObject({
        index: z.int().nonnegative().optional(),
        path: z.string().optional(),
        code: z.string(),
      }),
    )
    .optional(),
});
export type Taken = z.infer<typeof Taken>;
const Refused = z.strictObject({
  code: z.string().regex(/^[a-z-]+$/),
  message: z.string().min(1),
  meta: z.strictObject({ errors: z.array(z.string()).min(1) }),
});
const SLOW_MS = 10_000;
const isIngest = (path: string) => /^\/+v1\/(?!m\b|projects|webhooks)/.test(path);

/** What is wrong with an answer, in words; undefined when nothing is. */
export function complaint({ method, path }: Probe, { status, type, body, ms }: Answer): string | undefined {
  if (status >= 500 && status !== 503) return `answered ${status}: ${body.toString().slice(0, 200)}`;
  if (ms > SLOW_MS) return `answered after ${Math.round(ms)} ms`;
  if (method === 'HEAD' || status === 204 || status === 304) return undefined;
  if (status < 300 && !type.startsWith('application/json'))
    return /javascript|text\/plain/.test(type) ? undefined : `answered ${status} as ${type}`;
  const json = parsed(body);
  if (status >= 400) {
    const refused = Refused.safeParse(json);
    return refused.success
      ? undefined
      : `refused (${status}) in another shape: ${body.toString().slice(0, 200)}`;
  }
  if (json === undefined) return `answered ${status} with what is no JSON: ${body.toString().slice(0, 200)}`;
  if (method !== 'POST' || !isIngest(path)) return undefined;
  const taken = Taken.safeParse(json);
  return taken.success ? undefined : `answered 200 in another shape: ${body.toString().slice(0, 200)}`;
}

/** The response to a request to store; undefined for all others. */
export function takenOf({ method, path }: Probe, { status, body }: Answer): Taken | undefined {
  return method === 'POST' && status === 200 && isIngest(path)
    ? Taken.safeParse(parsed(body)).data
    : undefined;
}

/** The messages a body holds, as the collector reads them; undefined when it holds none. */
export function messagesIn({ path, body }: Probe): unknown[] | undefined {
  const bytes = body[0] === 0x1f && body[1] === 0x8b ? unpacked(body) : Buffer.from(body);
  const value = bytes && (parsed(bytes) ?? parsed(withoutNonNumbers(bytes)));
  if (!isObject(value)) return undefined;
  if (!/^\/+v1\/(b|batch|import)(\?|$)/.test(path)) return [value];
  return Array.isArray(value.batch) ? value.batch : undefined;
}

/** Those inside texts as well: messages are counted here, not read. */
const withoutNonNumbers = (bytes: Buffer) =>
  Buffer.from(bytes.toString('latin1').replaceAll(/-?(?:NaN|Infinity)/g, 'null'), 'latin1');

function unpacked(body: Uint8Array): Buffer | undefined {
  try {
    return gunzipSync(body);
  } catch {
    return undefined;
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
