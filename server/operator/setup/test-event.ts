import { adviceOf } from '../../../shared/advice/advice.ts';
import { ENGLISH } from '../../../shared/advice/english.ts';
import type { TestEventAnswer, TestEventRequest } from '../../../shared/operator-api/index.ts';
import { preview } from '../../delivery/preview.ts';
import { type SendResult, send, worst } from '../../delivery/send.ts';
import { titleOf } from '../../destinations/destination.ts';
import { HttpError } from '../../http/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Http } from '../../lib/http-client.ts';
import type { Places } from '../places.ts';
import { sampleEvent } from './sample-event.ts';

interface TestParts {
  places: Places;
  clock: Pick<Clock, 'now'>;
  http: Http;
  redactSecrets: (text: string) => string;
}

const DEFAULT_NAME = 'Product Viewed';

/**
 * Sends one event to a destination's test page, through the mapper and the client that send all others. Nothing is stored.
 *
 * @throws {HttpError} 404 for a destination that there is not, 400 where what is sent would count.
 */
export async function sendTestEvent(parts: TestParts, request: TestEventRequest): Promise<TestEventAnswer> {
  const { places, clock, http, redactSecrets } = parts;
  const shop = places.oneShop(request.shop);
  const place = places.find(shop.id, request.destination);
  if (!place) throw new HttpError(404, 'not-found', 'The shop has no such destination.');
  const { destination } = place;
  const settings = destination.asTest?.(place.settings, request.testEventCode);
  if (settings === undefined) throw notTestable(titleOf(destination), destination.asTest !== undefined);
  const { name = DEFAULT_NAME } = request;
  const nowMs = clock.now();
  const prepared = preview({ destination, settings, nowMs }, sampleEvent(shop, name, nowMs));
  const about = { destination: destination.name, title: titleOf(destination), name };
  if (!('payloads' in prepared)) {
    const reason = 'skip' in prepared ? prepared.skip : prepared.dead;
    const words = 'answer' in prepared ? prepared.answer : adviceOf(ENGLISH, reason)?.means;
    return { ...about, payloads: [], outcome: 'skipped', reason, ...(words !== undefined && { words }) };
  }
  const exchanges: Pick<TestEventAnswer, 'status' | 'ms' | 'requestId'>[] = [];
  const results = await send(
    {
      ...{ destination, settings, http, nowMs: clock.now },
      waitForTurn: async () => undefined,
      isCurrent: () => true,
      onSent: ({ ms, response }) => {
        const requestId = response && destination.describeAnswer?.(response).requestId;
        exchanges.push({
          ms: Math.round(ms),
          ...(response && { status: response.status }),
          ...(requestId !== undefined && { requestId }),
        });
      },
    },
    prepared.payloads,
  );
  const result: SendResult = worst(results);
  return {
    ...about,
    payloads: prepared.payloads.map(({ payload }) => payload),
    outcome: result.kind,
    ...(result.kind === 'retry' && { reason: result.reason }),
    ...exchanges.at(-1),
    ...(result.answer !== '' && { words: redactSecrets(result.answer) }),
  };
}

const notTestable = (title: string, needsCode: boolean) =>
  new HttpError(400, 'malformed-body', 'The request is invalid.', {
    details: [
      needsCode
        ? `testEventCode: copy the code from the Test Events page of ${title}, or set its variable; without it the event would count`
        : `destination: ${title} has no test events; what is sent there would count`,
    ],
  });
