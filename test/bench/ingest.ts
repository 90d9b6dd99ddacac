import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import autocannon from 'autocannon';

/**
 * How much slower is a durable, validated, hashed event than Express throwing the body away? Loopback, interleaved
 * rounds, medians. Destinations are unreachable on purpose: this is the way in, not the way out. Afterwards the log is
 * read: every event answered 200 must lie there, hashed.
 */
const ROUNDS = Number(process.argv[2] ?? 5);
const SECONDS = Number(process.argv[3] ?? 4);
const CONNECTIONS = 50;
const BATCH = 50;
const UNREACHABLE = 'http://127.0.0.1:9';

let sequence = 0;
let sent = 0;
const message = () => ({
  type: 'track',
  event: 'Product Added',
  messageId: `bench-${process.pid}-${++sequence}`,
  anonymousId: 'b7f1f3a2-6f0e-4f2b-9c39-3f0a7c1d2e3f',
  userId: 'customer-42',
  timestamp: new Date().toISOString(),
  context: {
    page: {
      url: 'https://shop.example/products/teapot?ttclid=E.C.P.bench',
      referrer: 'https://www.tiktok.com/',
    },
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1',
    ip: '203.0.113.7',
    traits: { email: `Shopper${sequence}@Example.com`, phone: '0912 345 678' },
    consent: { categoryPreferences: { advertising: true, analytics: true, marketing: true } },
  },
  properties: {
    product_id: '1001',
    sku: 'TEA-1',
    name: 'Pebble teapot',
    price: 1250,
    quantity: 1,
    currency: 'TWD',
    value: 1250,
  },
});

interface Contender {
  name: string;
  port: number;
  path: string;
  eventsPerRequest: number;
  body: () => string;
}
interface Sample {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
}

const dataDir = mkdtempSync(join(tmpdir(), 'storebeacon-bench-'));
const bare = await launch('bare-express.ts', {});
const collector = await launch('collector.ts', {
  PORT: '0',
  HOST: '127.0.0.1',
  DATA_DIR: dataDir,
  WRITE_KEY: 'bench',
  TIKTOK_PIXEL_CODE: 'BENCHPIXEL0000000001',
  TIKTOK_ACCESS_TOKEN: 'bench-token',
  TIKTOK_ENDPOINT: UNREACHABLE,
  CUSTOMERIO_API_KEY: 'bench-key',
  CUSTOMERIO_ENDPOINT: UNREACHABLE,
});
const single = () => JSON.stringify(message());
const contenders: Contender[] = [
  {
    name: 'bare Express 5 + express.json + 204',
    port: bare.port,
    path: '/',
    eventsPerRequest: 1,
    body: single,
  },
  { name: 'collector /v1/track', port: collector.port, path: '/v1/track', eventsPerRequest: 1, body: single },
  {
    name: `collector /v1/batch of ${BATCH}`,
    port: collector.port,
    path: '/v1/batch',
    eventsPerRequest: BATCH,
    body: () => JSON.stringify({ batch: Array.from({ length: BATCH }, message) }),
  },
];

const samples = new Map<Contender, Sample[]>(contenders.map((contender) => [contender, []]));
for (const contender of contenders) await run(contender, 1);

for (let round = 0; round < ROUNDS; round++)
  for (const contender of contenders) samples.get(contender)?.push(await run(contender, SECONDS));

collector.process.send('stop');
bare.process.kill();
await new Promise((resolve) => collector.process.once('exit', resolve));
const stored = checkLog();
rmSync(dataDir, { recursive: true, force: true });

const base = median(
  samples.get(contenders[0] as Contender)?.map(({ requestsPerSecond }) => requestsPerSecond) ?? [],
);
console.log(
  `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.versions.node}, ${CONNECTIONS} connections, median of ${ROUNDS} × ${SECONDS} s\n`,
);
console.table(
  contenders.map((contender) => {
    const all = samples.get(contender) ?? [];
    const of = (key: keyof Sample) => median(all.map((sample) => sample[key]));
    const requests = of('requestsPerSecond');
    return {
      what: contender.name,
      'requests/s': Math.round(requests),
      'events/s': Math.round(requests * contender.eventsPerRequest),
      'events/s ÷ bare': ((requests * contender.eventsPerRequest) / base).toFixed(2),
      'p50 ms': of('p50Ms'),
      'p99 ms': of('p99Ms'),
    };
  }),
);
console.log(`\n${sent} events answered 200, ${stored} on disk, every email hashed`);
process.exitCode = stored >= sent ? 0 : 1;

async function run({ port, path, body, eventsPerRequest }: Contender, seconds: number): Promise<Sample> {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}${path}`,
    connections: CONNECTIONS,
    duration: seconds,
    requests: [
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Basic ${Buffer.from('bench:').toString('base64')}`,
        },
        setupRequest: (request: object) => ({ ...request, body: body() }),
      },
    ],
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
  if (path !== '/') sent += result['2xx'] * eventsPerRequest;
  return {
    requestsPerSecond: result['2xx'] / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  };
}

/** Proves that nothing was switched off: the rows are there, and no address is in clear. */
function checkLog(): number {
  const log = new DatabaseSync(join(dataDir, 'events.db'), { readOnly: true });
  const { events, clear, hashed } = log
    .prepare(
      `SELECT COUNT(*) AS events, COALESCE(SUM(instr(lower(body), '@example.com') > 0), 0) AS clear,
              COALESCE(SUM(instr(body, 'emailSha256') > 0), 0) AS hashed FROM events`,
    )
    .get() as { events: number; clear: number; hashed: number };
  log.close();
  if (clear > 0 || hashed !== events)
    throw new Error(`${clear} events with an address in clear, ${hashed} of ${events} hashed`);
  return events;
}

async function launch(
  file: string,
  env: Record<string, string>,
): Promise<{ port: number; process: ChildProcess }> {
  const child = fork(new URL(file, import.meta.url), { env: { ...process.env, ...env } });
  const { port } = await new Promise<{ port: number }>((resolve, reject) => {
    child.once('message', (told) => resolve(told as { port: number }));
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  return { port, process: child };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
