import { createHash } from 'node:crypto';
import type { Credentials } from '../credentials.ts';
import { firstIssue } from '../issues.ts';
import { refuse, type ValidationResult } from '../stand-in.ts';
import { type Event, Track } from './cdp-schema.ts';
import { unprocessable } from './refusals.ts';

/** Accepts CDP events. Checks against the CDP's metadata are answered per event, within a 200. */
export function createCdp(credentials: Credentials['shopline']): (body: unknown) => ValidationResult {
  let events = 0;

  const refusalOf = ({ event_code }: Event) =>
    credentials.eventCodes.includes(event_code) ? undefined : `event_code ${event_code} does not exist`;

  /** The event repeated, with the CDP's ids for it, or with the reason for its refusal. */
  function result({ event_code, event_date, parent_event_id, attrs, user_id }: Event, errors?: string) {
    const echo = { event_code, event_date, parent_event_id, attrs };
    if (errors) return { ...echo, errors };
    events += 1;
    const oneId = createHash('sha256').update(JSON.stringify(user_id[0])).digest('hex').slice(0, 32);
    return { id: String(8_725_726_607_150_000 + events), one_id: oneId, ...echo };
  }

  return function validateTrack(body) {
    const issue = firstIssue(Track, body);
    if (issue) return unprocessable(issue, body, 'events');
    const track = body as Track;
    if (track.channel_id !== credentials.channelId) {
      const why = 'channel_id: unknown channel';
      return refuse(422, { errors: why }, track.events, why);
    }
    const checked = track.events.map((item) => ({ item, why: refusalOf(item) }));
    return {
      status: 200,
      answer: {
        data: {
          channel_id: track.channel_id,
          events: checked.map(({ item, why }) => result(item, why)),
        },
      },
      accepted: checked.filter(({ why }) => why === undefined).map(({ item }) => item),
      refused: checked.flatMap(({ item, why }) => (why === undefined ? [] : [{ item, why }])),
    };
  };
}
