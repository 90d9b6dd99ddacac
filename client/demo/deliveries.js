/** Shows GET /demo/deliveries every second, and injects faults into an API through PUT /sandbox/:api/faults. */
import { element, find } from './dom.js';
import { poll } from './poll.js';

const NAMES = { tiktok: 'TikTok', customerio: 'Customer.io', shopline: 'SHOPLINE' };
const STATES = {
  waiting: ['◌', 'waiting'],
  delivered: ['✓', 'delivered'],
  skipped: ['–', 'skipped'],
  retry: ['↻', 'retrying'],
  dead: ['✕', 'dead letter'],
};
const BREAKERS = { closed: 'Delivering', open: 'Backing off', paused: 'Paused' };
const ERROR_IN_200 = { code: 40002, message: 'field error', request_id: 'demo', data: {} };
const FAULTS = [
  { id: 'works', title: 'Works', faults: [] },
  { id: 'error', title: 'Responds with 500', faults: [{ status: 500, body: 'injected fault' }] },
  { id: 'hangs', title: 'Hangs', faults: [{ hang: true }] },
  { id: 'resets', title: 'Resets', faults: [{ reset: 'before-answer' }] },
  { id: 'html', title: 'HTML error page', faults: [{ status: 502, body: '<html>Bad gateway</html>' }] },
  { id: 'code', title: 'Error code in a 200', only: 'tiktok', faults: [{ status: 200, body: ERROR_IN_200 }] },
];

/** The fault last chosen on this page, by API: the collector only reports whether there is one. */
const chosen = new Map();
const cards = new Map();
const rows = new Map();

async function injectFault(api, { id, title, faults }) {
  const answer = find('#fault-answer');
  try {
    const response = await fetch(`/sandbox/${encodeURIComponent(api)}/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(faults),
    });
    if (!response.ok) throw new Error(`the sandbox responded with ${response.status}`);
    chosen.set(api, id);
    answer.textContent = `${NAMES[api] ?? api} now ${title.charAt(0).toLowerCase()}${title.slice(1)}.`;
  } catch (error) {
    answer.textContent = `Could not change ${NAMES[api] ?? api}: ${error.message}.`;
  }
  await refresh();
}

function createCard({ name, title }) {
  const state = element('span', { class: 'pill' });
  const counts = element('p', { class: 'note' });
  const switches = FAULTS.filter(({ only }) => !only || only === name).map((fault) => ({
    id: fault.id,
    button: element(
      'button',
      {
        type: 'button',
        class: 'switch',
        'data-test': `fault-${name}-${fault.id}`,
        click: () => injectFault(name, fault),
      },
      fault.title,
    ),
  }));
  const group = element('div', { class: 'switches', role: 'group', 'aria-label': `Behavior of ${title}` });
  group.append(...switches.map(({ button }) => button));
  const heading = element('h2', {}, title, ' ', state);
  const node = element(
    'article',
    { class: 'destination', 'data-test': `destination-${name}` },
    heading,
    counts,
    group,
  );

  const update = ({ breaker, waiting, deadLetters, faults }) => {
    state.textContent = BREAKERS[breaker] ?? breaker;
    state.dataset.state = { closed: 'delivered', open: 'retry', paused: 'dead' }[breaker] ?? 'waiting';
    counts.textContent = `${waiting} waiting · ${deadLetters} dead ${deadLetters === 1 ? 'letter' : 'letters'}`;
    const active = faults ? chosen.get(name) : 'works';
    for (const { id, button } of switches) button.setAttribute('aria-pressed', String(id === active));
  };
  return { node, update };
}

function cell(name, delivery) {
  const [sign, word] = STATES[delivery?.state] ?? ['', delivery?.state ?? 'pending'];
  const text = element('span', { class: 'word' }, word, element('small', {}, delivery?.reason ?? ''));
  return element(
    'span',
    { class: 'cell', 'data-state': delivery?.state ?? 'none', 'data-test': `cell-${name}` },
    element('span', { class: 'who' }, NAMES[name]),
    element('span', { class: 'sign', 'aria-hidden': 'true' }, sign),
    text,
  );
}

const clock = (at) => new Date(at).toLocaleTimeString([], { hour12: false });
const pretty = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};
const block = (title, text) => [
  element('h4', {}, title),
  element('pre', { tabindex: '0', 'aria-label': title }, text),
];

function detail(name, delivery) {
  const part = element('section', {}, element('h3', {}, NAMES[name]));
  if (delivery?.reason) part.append(element('p', { class: 'note' }, delivery.reason));
  if (delivery?.payload !== undefined)
    part.append(...block('Sent', JSON.stringify(delivery.payload, null, 2)));
  if (delivery?.answer !== undefined) part.append(...block('Response', pretty(delivery.answer)));
  if (part.childElementCount === 1) part.append(element('p', { class: 'note' }, 'Nothing sent yet.'));
  return part;
}

function facts({ messageId, consent = {} }) {
  const allowed = Object.keys(consent).filter((purpose) => consent[purpose] === true);
  const text = allowed.length ? `consent: ${allowed.join(', ')}` : 'no consent';
  return element('p', { class: 'note facts' }, element('code', {}, messageId), ` · ${text}`);
}

/** One event: a summary with three cells; when opened, the request and response of each destination. */
function createRow() {
  const summary = element('summary', { class: 'row' });
  const body = element('div', { class: 'detail-body' });
  const node = element('details', { class: 'event', 'data-test': 'event' }, summary, body);
  let shown = '';
  let current;
  const fillBody = () => {
    if (!node.open) return;
    const parts = Object.keys(NAMES).map((name) => detail(name, current.deliveries[name]));
    body.replaceChildren(facts(current), element('div', { class: 'three' }, ...parts));
  };
  node.addEventListener('toggle', fillBody);

  const update = (event) => {
    const now = JSON.stringify(event);
    if (now === shown) return;
    shown = now;
    current = event;
    node.dataset.event = event.event ?? event.type;
    const title = element('strong', {}, event.event ?? event.type);
    const time = element('small', {}, `${clock(event.at)} · ${event.type}`);
    const cells = Object.keys(NAMES).map((name) => cell(name, event.deliveries[name]));
    summary.replaceChildren(element('span', { class: 'what' }, title, time), ...cells);
    fillBody();
  };
  return { node, update };
}

/** Keeps one part per key, in the given order, and leaves parts in place that have not moved. */
function reconcile(parent, parts, items, keyOf, create) {
  const keys = new Set(items.map(keyOf));
  for (const [key, { node }] of parts) {
    if (keys.has(key)) continue;
    node.remove();
    parts.delete(key);
  }
  items.forEach((item, index) => {
    const key = keyOf(item);
    const part = parts.get(key) ?? create(item);
    parts.set(key, part);
    part.update(item);
    if (parent.children[index] !== part.node) parent.insertBefore(part.node, parent.children[index] ?? null);
  });
}

/** Events that were there when the page was opened are not announced. */
let shownOnce = false;
function show({ events, destinations, shop }) {
  const added = shownOnce ? events.filter(({ id }) => !rows.has(String(id))) : [];
  shownOnce = true;
  reconcile(find('#destinations'), cards, destinations, ({ name }) => name, createCard);
  reconcile(find('#events'), rows, events, ({ id }) => String(id), createRow);
  find('#nothing').hidden = events.length > 0;
  if (added.length > 0) {
    const latest = added[0].event ?? added[0].type;
    find('#news').textContent =
      added.length === 1 ? `New event: ${latest}.` : `${added.length} new events, the latest: ${latest}.`;
  }
  const orders = shop?.ordersUrl && new URL(shop.ordersUrl, location.href);
  find('#orders').hidden = !orders || !/^https?:$/.test(orders.protocol);
  if (orders) find('#orders').href = orders.href;
}

const refresh = poll('/demo/deliveries', show);
