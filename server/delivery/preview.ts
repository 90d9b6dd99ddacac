import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { DeadLetterReason, SkipReason } from '../../shared/reasons.ts';
import type { Destination } from '../destinations/destination.ts';
import { type Encoded, type PrepareParts, prepare } from './prepare.ts';

/** What delivery would make of an event, without sending it. `digest`: of its payloads, in hex. */
export type Preview =
  | { payloads: readonly Encoded[]; digest: string }
  | { skip: SkipReason }
  | { dead: DeadLetterReason; answer: string };

interface PreviewParts extends Omit<PrepareParts, 'envelopeBytes' | 'decrypt' | 'remoteIdOf' | 'bots'> {
  /** The API's id of what the event refers to. */
  remoteId?: string | undefined;
}

/** Maps an event as a worker would at this time, a robot's as well. Without raw personal data: a destination that needs it gets digests. */
export function preview({ remoteId, ...parts }: PreviewParts, event: ProtectedEvent): Preview {
  const { destination, settings, nowMs } = parts;
  const { body } = destination.request([], { settings, nowMs });
  const nothing = () => {};
  const prepared = prepare(
    {
      ...parts,
      bots: 'flag',
      envelopeBytes: Buffer.byteLength(body),
      decrypt: () => ({}),
      remoteIdOf: () => remoteId,
    },
    {
      ...{ event, seq: 0, isOrder: false, isDamaged: false, attempt: 1, waitingSinceMs: nowMs },
      ...{ isCurrent: () => true, ack: nothing, skip: nothing, retry: nothing, deadLetter: nothing },
    },
  );
  if ('payloads' in prepared)
    return { payloads: prepared.payloads, digest: Buffer.from(prepared.digest).toString('hex') };
  if ('skip' in prepared) return { skip: prepared.skip };
  if ('dead' in prepared) return { dead: prepared.dead, answer: prepared.answer };
  throw new TypeError('an event that is prepared alone waits for nothing');
}

/** The payloads in the requests that carry them: those of one group share one. */
export function previewRequests(
  destination: Destination,
  settings: unknown,
  payloads: readonly Encoded[],
  nowMs: number,
) {
  const groups = [...Map.groupBy(payloads, ({ group }) => group).values()];
  return groups.map((group) =>
    destination.request(
      group.map(({ item }) => item),
      { settings, nowMs },
    ),
  );
}
