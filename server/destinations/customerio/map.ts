import { hash } from 'node:crypto';
import type { ProtectedEvent, RawPii } from '../../../shared/protected-event.ts';
import { type Facts, type Skip, skip } from '../destination.ts';
import { compact, messageIdOf, readText } from '../values.ts';
import { contextOf } from './context.ts';
import type { Payload } from './payload.ts';
import type { Settings } from './settings.ts';
import { traits, withoutDigests } from './traits.ts';

/**
 * Names that Customer.io carries out instead of recording. With the public write key anybody could erase a person.
 *
 * @see https://docs.customer.io/integrations/data-in/connections/apis/
 */
const ACTIONS: ReadonlySet<string> = new Set([
  'user deleted',
  'delete person',
  'user suppressed',
  'user unsuppressed',
  'device created or updated',
  'device deleted',
  'relationship deleted',
  'object deleted',
  'report delivery event',
  'report content event',
]);
const isAction = ({ event = '' }: ProtectedEvent) =>
  ACTIONS.has(event.trim().replace(/\s+/g, ' ').toLowerCase());

/**
 * One item of a batch, for every message type. In raw mode without decrypted values it is sent hashed. Anybody can have a
 * page say whose email is whose, or that two customers are one: where the backend or the shop system said otherwise,
 * profiles are not merged and addresses not replaced.
 */
export function map(event: ProtectedEvent, settings: Settings, facts: Facts): Payload[] | Skip {
  if (event.source === 'browser' && isAction(event)) return skip('needs-server-key');
  if (event.isContested && event.type === 'alias') return skip('needs-server-key');
  const raw = settings.pii === 'raw' && !event.isContested ? facts.raw : undefined;
  const item = itemOf(event, raw);
  return item ? [item] : skip('no-identity');
}

function itemOf(event: ProtectedEvent, raw: RawPii | undefined): Payload | undefined {
  const { type, identity } = event;
  const { userId, anonymousId } = idsOf(event, raw);
  const one = compact({ userId, anonymousId });
  const common = {
    messageId: atMost(messageIdOf(event), 100),
    timestamp: event.timestamp,
    ...compact({ context: contextOf(isView(event) ? withoutPage(event) : event) }),
  };
  const groupId = readText(identity.groupId);
  if (type === 'track') {
    const who = one ?? (groupId ? { groupId } : undefined);
    const { event: name } = event;
    const properties = withoutDigests(event.properties);
    return who && name ? { type, ...common, ...who, event: name, properties } : undefined;
  }
  if (type === 'alias') {
    const previousId = readText(identity.previousId) ?? raw?.previousId;
    return userId && previousId ? { type, ...common, previousId, userId } : undefined;
  }
  if (!one) return undefined;
  if (type === 'identify') return { type, ...common, ...one, traits: traits(event, raw) };
  if (type === 'group')
    return groupId ? { type, ...common, ...one, groupId, traits: withoutDigests(event.traits) } : undefined;
  const named = compact({ name: readText(event.name), category: readText(event.category) });
  return { type, ...common, ...one, ...named, properties: viewProperties(event) };
}

/** Customer.io takes no longer messageId; of one that is, the digest. */
const atMost = (id: string, length: number) => (id.length <= length ? id : hash('sha256', id));

/**
 * The ids of person and visitor. A person known by email alone has the email as `userId` in raw mode. Hashed, the digest
 * of the email or the phone is an `anonymousId`: as a `userId` it would create a second profile that cannot receive messages.
 */
function idsOf({ identity }: ProtectedEvent, raw: RawPii | undefined) {
  const userId = readText(identity.userId) ?? raw?.userId;
  const anonymousId = readText(identity.anonymousId);
  if (userId || anonymousId) return { userId, anonymousId };
  return {
    userId: raw?.email,
    anonymousId: raw?.email ? undefined : (identity.emailSha256 ?? identity.phoneSha256),
  };
}

const isView = ({ type }: ProtectedEvent) => type === 'page' || type === 'screen';

/** Without what its properties hold: each may have 8 KB, and Customer.io takes no more than 32 KB in all. */
function withoutPage(event: ProtectedEvent): ProtectedEvent {
  const { page, ...context } = event.context;
  const { url: _url, title: _title, ...rest } = page ?? {};
  return { ...event, context: { ...context, ...(Object.keys(rest).length > 0 && { page: rest }) } };
}

/** Customer.io reads a page's URL and title from its properties. */
function viewProperties({ context, properties }: ProtectedEvent): Record<string, unknown> {
  const { url, title } = context.page ?? {};
  return { ...compact({ url, title }), ...withoutDigests(properties) };
}
