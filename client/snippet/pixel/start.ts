import type { Consent } from '../../../shared/consent.ts';
import { decide, isAllowed } from './consent.ts';
import { deliver, drop } from './delivery.ts';
import { guard } from './guard.ts';
import { list, type Person, type Reading, toMessages } from './message.ts';
import type { Message } from './queue.ts';
import { sandbox, settings, type Thing } from './sandbox.ts';
import { forget, type Memory, readClick, recall, remember, saveId } from './visitor.ts';

const MAX_HELD = 50;
/** How often to check for the visitor's choice while messages are held. */
const LOOK_AGAIN_MS = 2000;
const ORDERS = 50;
const CHECKOUT = /^(check|pay)/;

/** The messages of each platform event, by subscription name. */
export type Events = Record<string, (data: Thing) => Reading[]>;
/** Reads who acted from an event's data. */
export type ReadPerson = (data: Thing) => Person;

type Held = [read: (data: Thing) => Reading[], event: Thing];
/** Events that wait for the visitor's choice. */
const held: Held[] = [];
/** Order ids reported by this sandbox, which may have no storage. */
let orders: unknown[] = [];
let turn: Promise<unknown> = Promise.resolve();
/** Something was sent of this visitor. */
let isReporting: unknown;
/** What the visitor chose, as a message of its own. */
const STATEMENT: Held = [() => [['track', isReporting ? 'Consent Updated' : 'Consent Denied']], {}];

// biome-ignore lint/suspicious/noDoubleEquals: an id may be a number in one report and text in another.
const isKnown = (name: unknown) => orders.some((known) => known == name);

/** Whether an order is new, by its id and by its checkout's token: the id may be missing at first. Records what is new. */
const isNew = ([, event, properties]: Reading) => {
  const names = list(event === 'Order Completed' && [properties?.order_id, properties?.checkout_id]);
  return !names.filter((name) => isKnown(name) || !orders.push(name))[0];
};

const commitHeld = async (memory: Memory, consent: Consent, readPerson: ReadPerson) => {
  if (!held[0]) return deliver([]);
  const anonymousId = await saveId(memory, held[0][1]?.clientId);
  const tiktok = consent.advertising ? await readClick() : undefined;
  const messages: Message[] = [];
  orders = orders.concat(memory.orders || []).slice(-ORDERS);
  for (const [read, event] of held.splice(0)) {
    await guard(() => {
      const data = event.data || {};
      messages.push(
        ...toMessages(read(data).filter(isNew), event, {
          person: readPerson(data),
          anonymousId,
          tiktok,
          consent,
        }),
      );
    })();
  }
  await deliver(messages);
  await remember({ anonymousId, orders: orders.slice(-ORDERS) });
};

/** Subscribes to a platform's events and sends them to the collector. Does nothing without `key` or `endpoint`. */
export const start = (events: Events, readPerson: ReadPerson, watch?: (onChange: () => void) => void) => {
  if (!settings.key || !settings.endpoint) return;
  const commit = guard(async () => {
    const memory = await recall();
    const consent = decide(memory.choice);
    if (!consent) held.splice(0, held.length - MAX_HELD);
    else if (isAllowed(consent)) {
      isReporting ||= held[0] || memory.anonymousId;
      await commitHeld(memory, consent, readPerson);
    } else {
      held.splice(0);
      // Once, or the denial itself would be dropped.
      if (isReporting || memory.anonymousId) {
        isReporting = 0;
        await drop();
        held.push(STATEMENT);
        await commitHeld(memory, consent, readPerson);
        await forget();
      }
    }
  });
  /** Commits run one after the other, because each reads what the previous one stored. */
  const run = () => {
    turn = turn.then(commit);
  };
  for (const name in events) {
    if (settings.events !== 'checkout' || CHECKOUT.test(name)) {
      void guard(() =>
        sandbox.analytics?.subscribe(name, (event) => {
          held.push([events[name] as Events[string], event]);
          run();
        }),
      )();
    }
  }
  run();
  setInterval(() => held[0] && run(), LOOK_AGAIN_MS);
  // Last, because a platform may refuse the subscription. The change is dropped where every purpose is denied.
  watch?.(() => {
    if (isReporting) held.push(STATEMENT);
    run();
  });
};
