import { createHash } from 'node:crypto';
import { createBucket } from '../bucket.ts';
import type { Credentials } from '../credentials.ts';
import { firstIssue } from '../issues.ts';
import { type ApiRequest, itemsOf, refuse, type StandIn, type Verdict } from '../stand-in.ts';
import { type Event, Track } from './schema.ts';

const PATH = /^\/admin\/openapi\/v\d{8}\/cdp\/track\.json$/;

/** SHOPLINE's CDP events. It has no deduplication: whatever arrives twice is accepted twice. */
export function createShopline(credentials: Credentials['shopline'], clock: () => number): StandIn {
  const bucket = createBucket(40, 4, clock);
  let requests = 0;
  let events = 0;

  function judge(request: ApiRequest): Verdict {
    requests += 1;
    return { ...judgeRequest(request), headers: { traceId: `sandbox-${requests}` } };
  }

  function judgeRequest({ method, path, headers, isJson, body }: ApiRequest): Verdict {
    const error = (status: number, why: string) =>
      refuse(status, { errors: why }, itemsOf(body, 'events'), why);

    if (method !== 'POST' || !PATH.test(path)) return error(404, 'Not Found');
    if (headers.authorization !== `Bearer ${credentials.accessToken}`)
      return error(401, 'The access token is invalid');
    if (!bucket.take()) return error(429, 'Exceeded 4 calls per second for this app and store');
    if (headers['content-type'] !== 'application/json; charset=utf-8')
      return error(400, 'Content-Type must be application/json; charset=utf-8');
    if (headers['content-encoding']) return error(400, 'Content-Encoding is not supported');
    if (!isJson) return error(400, 'The body is not JSON');
    const issue = firstIssue(Track, body);
    if (issue) return error(422, `${issue.field}: ${issue.message}`);
    return answerTrack(body as Track);
  }

  function answerTrack(track: Track): Verdict {
    if (track.channel_id !== credentials.channelId) {
      const why = 'channel_id: unknown channel';
      return refuse(422, { errors: why }, track.events, why);
    }
    const judged = track.events.map((item) => ({ item, why: refusalOf(item) }));
    return {
      status: 200,
      answer: {
        data: {
          channel_id: track.channel_id,
          events: judged.map(({ item, why }) => result(item, why)),
        },
      },
      accepted: judged.filter(({ why }) => why === undefined).map(({ item }) => item),
      refused: judged.flatMap(({ item, why }) => (why === undefined ? [] : [{ item, why }])),
    };
  }

  const refusalOf = ({ event_code }: Event) =>
    credentials.eventCodes.includes(event_code) ? undefined : `event_code ${event_code} does not exist`;

  /** The event echoed, with the ids the CDP gives it, or with the reason it was refused. */
  function result({ event_code, event_date, parent_event_id, attrs, user_id }: Event, errors?: string) {
    const echo = { event_code, event_date, parent_event_id, attrs };
    if (errors) return { ...echo, errors };
    events += 1;
    const oneId = createHash('sha256').update(JSON.stringify(user_id[0])).digest('hex').slice(0, 32);
    return { id: String(8_725_726_607_150_000 + events), one_id: oneId, ...echo };
  }

  return { judge, reset: () => bucket.reset() };
}
