/** Shows GET /demo/statistics every second, reports to SHOPLINE on demand, and simulates Customer.io. */
import { element, find } from './dom.js';
import { poll } from './poll.js';

/** Statistics count in hundredths of the shop's currency. */
const money = (hundredths) =>
  new Intl.NumberFormat('en', { style: 'currency', currency: 'TWD', maximumFractionDigits: 0 }).format(
    hundredths / 100,
  );
const clock = (at) => new Date(at).toLocaleTimeString([], { hour12: false });
const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;

const NO_MESSAGES = { sent: 0, delivered: 0, opened: 0, machineOpened: 0, clicked: 0 };
const NOTHING = {
  ...{ visitors: 0, landings: 0, carts: 0, checkouts: 0, orders: 0, paidOrders: 0 },
  ...{ amountHundredths: 0, discountHundredths: 0, buyers: 0, newBuyers: 0, journeys: 0 },
  messages: NO_MESSAGES,
};

/** One figure with its name. `key` is its handle for scripts. */
const figure = (key, name, value) =>
  element('div', { 'data-test': `figure-${key}` }, element('dt', {}, name), element('dd', {}, value));

/** The last report to SHOPLINE and its response. */
function syncState(synced) {
  const [state, text] = !synced
    ? ['waiting', 'Not yet reported to SHOPLINE']
    : synced.error
      ? ['dead', `Rejected by SHOPLINE at ${clock(synced.at)}: ${synced.error}`]
      : ['delivered', `Accepted by SHOPLINE at ${clock(synced.at)}`];
  const trace = synced?.traceId && [' · trace ', element('code', {}, synced.traceId)];
  return element(
    'p',
    { class: 'synced', 'data-state': state, 'data-test': 'synced' },
    text,
    ...(trace || []),
  );
}

const visit = (link, text) =>
  link ? element('a', { href: `./${link}`, 'data-test': 'visit' }, text) : element('span', {}, '');

function campaignCard({ id, title, link, totals, synced }) {
  const t = totals ?? NOTHING;
  const summary = `${count(t.visitors, 'visitor', 'visitors')}, ${count(t.buyers, 'buyer', 'buyers')}.`;
  return element(
    'article',
    { class: 'destination', 'data-test': `campaign-${id}` },
    element('h2', {}, title),
    element('p', { class: 'note' }, `${summary} `, visit(link, 'Open its link')),
    element(
      'dl',
      { class: 'figures' },
      figure('sales', 'Sales', money(t.amountHundredths)),
      figure('orders', 'Orders', t.orders),
      figure('paid', 'Paid orders', t.paidOrders),
      figure('visitors', 'Visitors', t.visitors),
      figure('landings', 'Visits from its links', t.landings),
      figure('carts', 'Added to cart', t.carts),
      figure('checkouts', 'Checkouts started', t.checkouts),
      figure('new-buyers', 'New buyers', t.newBuyers),
      figure('old-buyers', 'Returning buyers', t.buyers - t.newBuyers),
    ),
    element('p', { class: 'note' }, element('code', {}, id)),
    syncState(synced),
  );
}

function nodeRow({ id, title, totals }) {
  const t = totals ?? NOTHING;
  const { sent, delivered, opened, machineOpened, clicked } = t.messages;
  const cells = [sent, delivered, opened, machineOpened, clicked, t.orders, money(t.amountHundredths)];
  return element(
    'tr',
    { 'data-test': `node-${id}` },
    element('th', { scope: 'row' }, title),
    ...cells.map((cell) => element('td', {}, cell)),
  );
}

function flowCard({ title, link, totals, nodes, synced }) {
  const t = totals ?? NOTHING;
  const { sent, delivered, opened, machineOpened, clicked } = t.messages;
  const heads = ['', 'Sent', 'Delivered', 'Opened', 'Machine opens', 'Clicked', 'Orders', 'Sales'];
  return element(
    'article',
    { class: 'destination', 'data-test': 'flow' },
    element('h2', {}, title),
    element(
      'p',
      { class: 'note' },
      `${count(sent, 'email', 'emails')} sent, ${delivered} delivered, ${opened} opened, ${clicked} clicked. `,
      visit(link, 'Open the email’s link'),
    ),
    element(
      'dl',
      { class: 'figures' },
      figure('sales', 'Sales', money(t.amountHundredths)),
      figure('orders', 'Orders', t.orders),
      figure('sent', 'Emails sent', sent),
      figure('delivered', 'Delivered', delivered),
      figure('opened', 'Opened', opened),
      figure('machine-opened', 'Machine opens', machineOpened),
      figure('clicked', 'Clicked', clicked),
      figure('journeys', 'Journeys', t.journeys),
    ),
    element(
      'div',
      { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': `Emails of ${title}` },
      element(
        'table',
        {},
        element(
          'thead',
          {},
          element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head))),
        ),
        element('tbody', {}, ...nodes.map(nodeRow)),
      ),
    ),
    syncState(synced),
  );
}

function callCard({ at, path, body, status, answer }) {
  const block = (title, value) => [
    element('h4', {}, title),
    element('pre', { tabindex: '0', 'aria-label': title }, JSON.stringify(value, null, 2)),
  ];
  return element(
    'section',
    { 'data-test': 'call' },
    element('h3', {}, `Reported at ${clock(at)}`),
    element('p', { class: 'note' }, element('code', {}, path)),
    ...block('Sent', body),
    ...block(`Response ${status}`, answer),
  );
}

let latest;
let shown = '';
function show(statistics) {
  latest = statistics;
  const now = JSON.stringify(statistics);
  if (now === shown) return;
  shown = now;
  find('#campaigns').replaceChildren(...statistics.campaigns.map(campaignCard));
  find('#flow').replaceChildren(flowCard(statistics.flow));
  find('#calls').replaceChildren(...statistics.calls.map(callCard));
}

const refresh = poll('/demo/statistics', show);

/** What the operator's routes want of a page that changes something. */
async function csrfHeaders() {
  const response = await fetch('/console/session');
  return response.ok ? { 'X-CSRF-Token': (await response.json()).csrf } : {};
}

/** A button that posts and shows the result. */
function act(selector, path, waiting, done) {
  const button = find(selector);
  button.addEventListener('click', async () => {
    const answer = find('#answer');
    const startedAt = new Date().toISOString();
    button.disabled = true;
    answer.textContent = waiting;
    try {
      const response = await fetch(path, { method: 'POST', headers: await csrfHeaders() });
      if (!response.ok) throw new Error(`the collector responded with ${response.status}`);
      const body = await response.json();
      await refresh();
      answer.textContent = done(body, startedAt);
    } catch (error) {
      answer.textContent = `Failed: ${error.message}.`;
    }
    button.disabled = false;
  });
}

/** SHOPLINE's responses to the reports sent since the button was pressed. */
function reported(_answer, startedAt) {
  const { campaigns, flow } = latest;
  const tried = [...campaigns, flow].filter(({ synced }) => synced && synced.at >= startedAt);
  if (tried.length === 0) return 'Nothing has changed since the last report.';
  return tried
    .map(({ title, synced }) =>
      synced.error ? `${title}: rejected, ${synced.error}` : `${title}: accepted (trace ${synced.traceId})`,
    )
    .join(' · ');
}

const sent = ({ webhooks }) => {
  const refused = webhooks.filter((status) => status !== 200).length;
  return refused === 0
    ? `Customer.io sent ${count(webhooks.length, 'webhook', 'webhooks')} about its emails.`
    : `The collector rejected ${refused} of ${webhooks.length} webhooks.`;
};

act('#report', '/admin/statistics/sync', 'Reporting …', reported);
act('#emails', '/demo/emails', 'Sending …', sent);
