import type { Consent } from '../../../shared/consent.ts';
import { decide, isAllowed } from './consent.ts';
import { deliver, drop } from './delivery.ts';
import { guard, wait } from './guard.ts';
import { type Person, type Reading, toMessages } from './message.ts';
import type { Message } from './queue.ts';
import { sandbox, settings, type Thing } from './sandbox.ts';
import { forget, type Memory, readClick, recall, remember, saveId } from './visitor.ts';

const MAX_HELD = 50;
/** How soon to look whether the visitor has chosen meanwhile. */
const LOOK_AGAIN_MS = 2000;
const ORDERS = 50;
const CHECKOUT = /^(check|pay)/;

/** What each event of a platform says, by the name it is subscribed to. */
export type Events = Record<string, (data: Thing) => Reading[]>;
/** Who acted, of an event's data. */
export type ReadPerson = (data: Thing) => Person;

/** What happened and is no message yet. */
const held: [commitHeld: (data: Thing) => Reading[], event: Thing][] = [];
/** Told by this sandbox, which may be unable to remember them elsewhere. */
let orders: unknown[] = [];
let turn: Promise<unknown> = Promise.resolve();

const isNew = ([, event, properties]: Reading) => {
  const order = event === 'Order Completed' && properties?.order_id;
  return !order || (!orders.includes(order) && orders.push(order));
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
      const who = { person: readPerson(data), anonymousId, tiktok, consent };
      messages.push(...toMessages(read(data).filter(isNew), event, who));
    })();
  }
  await deliver(messages);
  await remember({ anonymousId, orders: orders.slice(-ORDERS) });
};

/** Subscribes to a platform's events and reports them to the collector. Without a key there is nobody to report to. */
export const start = (events: Events, readPerson: ReadPerson, watch?: (onChange: () => void) => void) => {
  if (!settings.key || !settings.endpoint) return;
  const commit = guard(async () => {
    const memory = await recall();
    const consent = decide(memory.choice);
    if (!consent) held.splice(0, held.length - MAX_HELD);
    else if (isAllowed(consent)) await commitHeld(memory, consent, readPerson);
    else {
      held.splice(0);
      await drop();
      if (memory.anonymousId) await forget();
    }
  });
  /** One after the other: each reads what the one before it wrote. */
  const run = () => {
    turn = turn.then(commit);
  };
  const look = () => {
    if (held[0]) run();
    void wait(LOOK_AGAIN_MS).then(look);
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
  look();
  // Last, since a platform may refuse to be listened to.
  watch?.(run);
};
