import { type Response, Router } from 'express';
import { type EventRow, OfShop, type StreamStatus } from '../../../shared/operator-api/index.ts';
import { HttpError } from '../../http/errors.ts';
import { sessionOf } from '../../http/operator-auth.ts';
import type { OperatorSession } from '../../http/operator-sessions.ts';
import { toEventRow } from '../events/row.ts';
import { parse } from '../parse.ts';
import { inShop } from '../places.ts';
import { toIso } from '../times.ts';
import { createChanges } from './changes.ts';
import { destinationsNow } from './now.ts';
import type { OverviewParts } from './parts.ts';

/** Each holds a connection. */
const MAX_STREAMS = 20;
const STATUS_MS = 2_000;
/** Further events share one look at the index. */
const EVENTS_MS = 250;
/** What a reader may be behind before it is cut. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

interface Stream {
  response: Response;
  shop: string | undefined;
  session: OperatorSession | undefined;
}

export interface LiveStream {
  router: Router;
  /** Ends every stream, so that a listener which closes does not wait for them. */
  close(): void;
}

/** `GET /admin/stream`: events as they are indexed and delivered, and how the destinations are, as Server-Sent Events. */
export function createLiveStream(parts: OverviewParts): LiveStream {
  const { places, search, log, delivery, clock, watchdog } = parts;
  const streams = new Set<Stream>();
  const changes = createChanges(search);
  let running: AbortController | undefined;

  function send({ response }: Stream, name: string, data: unknown): void {
    response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
    if (response.writableLength > MAX_BUFFERED_BYTES) response.destroy();
  }

  function end(stream: Stream): void {
    if (!streams.delete(stream)) return;
    if (streams.size === 0) stop();
    if (stream.response.destroyed) return;
    send(stream, 'end', {});
    stream.response.end();
  }

  /** A store that does not answer ends nobody's session. */
  const isOver = async ({ session }: Stream) =>
    session !== undefined && !(await session.isOpen().catch(() => true));

  async function statusOf(shop: string | undefined): Promise<StreamStatus> {
    const { seq, lag } = await search.indexedUntil();
    const now = await destinationsNow(delivery.workers, log, shop);
    const alerts = await watchdog.alerts();
    return {
      at: toIso(clock.now()),
      destinations: now.map(({ consumer: _, ...place }) => place),
      alerts: alerts.filter((alert) => alert.until === undefined && inShop(shop)(alert)).length,
      indexedUntil: { seq, lag },
    };
  }

  /** Also shows proxies and browsers that the connection is alive. */
  async function sendStatus(): Promise<void> {
    for (const stream of [...streams]) if (await isOver(stream)) end(stream);
    const byShop = Map.groupBy(streams, ({ shop }) => shop);
    for (const [shop, some] of byShop) {
      const status = await statusOf(shop).catch(() => undefined);
      for (const stream of some) {
        if (status) send(stream, 'status', status);
        else stream.response.write(': the store does not answer\n\n');
      }
    }
  }

  async function sendEvents(): Promise<void> {
    for (const found of await changes.next()) {
      const row: EventRow = toEventRow(places, found);
      for (const stream of streams)
        if (stream.shop === undefined || stream.shop === row.shop) send(stream, 'event', row);
    }
  }

  /** Repeats while there is a stream. What fails is tried again: the index may be built anew. */
  async function repeat(work: () => Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await work().catch(() => {});
      await clock.sleep(ms, signal);
    }
  }

  function run(): void {
    if (running) return;
    running = new AbortController();
    const { signal } = running;
    let hasNew = true;
    const unsubscribe = search.onIndexed(() => {
      hasNew = true;
    });
    signal.addEventListener('abort', unsubscribe);
    void repeat(sendStatus, STATUS_MS, signal);
    const sendNew = async () => {
      if (!hasNew) return;
      hasNew = false;
      await sendEvents();
    };
    void changes.begin().then(() => repeat(sendNew, EVENTS_MS, signal));
  }

  function stop(): void {
    running?.abort();
    running = undefined;
  }

  const router = Router();
  router.get('/stream', (request, response) => {
    const { shop } = parse(OfShop, request.query);
    places.shopsOf(shop);
    response.set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'X-Accel-Buffering': 'no',
    });
    // What asks for the headers alone takes no stream's place.
    if (request.method === 'HEAD') return void response.end();
    if (streams.size >= MAX_STREAMS)
      throw new HttpError(429, 'too-many-requests', `More than ${MAX_STREAMS} streams are open.`, {
        retryAfterSeconds: 30,
      });
    const stream: Stream = { response, shop, session: sessionOf(response) };
    response.flushHeaders();
    streams.add(stream);
    response.on('close', () => end(stream));
    run();
  });
  return {
    router,
    close() {
      for (const stream of [...streams]) end(stream);
    },
  };
}
