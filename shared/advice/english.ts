import type { AdviceTexts } from './advice.ts';
import { ENGLISH_NOTICES } from './notice.ts';

export const ENGLISH: AdviceTexts = {
  notices: ENGLISH_NOTICES,
  reasons: {
    waiting: { means: 'It waits for its first attempt.', todo: '' },
    'not-sent': {
      means: 'The destination was never given this event: it was added later, or the event is older than it.',
      todo: 'Send it again to this destination if it should have it.',
    },
    bot: {
      means: 'The browser is a robot’s, and robots’ events are not sent to this destination.',
      todo: 'Nothing, unless a real browser was taken for a robot: see BOTS.',
    },
    consent: {
      means: 'The visitor has not allowed the purpose of this destination.',
      todo: 'If visitors did agree, check that the tag knows their choice (data-consent-tool, or storebeacon.consent()) and that CONSENT_DEFAULT is right. Then send it again: today’s record is asked.',
    },
    'consent-withdrawn': {
      means: 'The visitor or the person denied this purpose after the event was stored.',
      todo: 'Nothing. It is never sent while that denial stands.',
    },
    'integration-off': {
      means: 'The message itself switched this destination off in `integrations`.',
      todo: 'If that is not wanted, change the sender: `integrations: {All: true}`.',
    },
    unmapped: {
      means: 'This destination has no event of this name.',
      todo: 'Map it (TIKTOK_EVENTS, SHOPLINE_EVENT_CODES) if it should be sent, restart, then send it again.',
    },
    'too-old': {
      means: 'It happened longer ago than the destination accepts.',
      todo: 'Nothing: the API would refuse it.',
    },
    'no-identity': {
      means: 'It holds no id, email or phone by which this destination could know the person.',
      todo: 'Identify visitors where they log in or order.',
    },
    'already-sent': {
      means: 'The destination has accepted this order or event before.',
      todo: 'Nothing: sending it twice would count it twice.',
    },
    open: {
      means:
        'Only a browser reported this order so far. It waits for the shop system’s or the backend’s report.',
      todo: 'Nothing, while it is new. If the order exists in the shop and stays here, check the order webhooks. It is never sent in a group, because anybody can forge it.',
    },
    'unconfirmed-order': {
      means: 'Only a browser reported this order. Neither the shop system nor the backend knows it.',
      todo: 'If the order exists in the shop, check the order webhooks and SHOPLINE_ACCESS_TOKEN. It is never sent in a group, because anybody can forge it.',
    },
    'not-joined': {
      means:
        'A browser’s report of an order that the shop system reported too; nothing proves that they belong together.',
      todo: 'Nothing: the shop system’s report is what is sent. It is never sent in a group.',
    },
    'needs-server-key': {
      means: 'What it asks for is accepted only from the shop’s backend.',
      todo: 'Send it from the backend with a SERVER_KEY.',
    },
    'pixel-unmatched': {
      means:
        'The page came later than the order’s merge window, so its pixel does not count the order again.',
      todo: 'Nothing, if it is rare. Often: raise ORDER_MERGE_SECONDS.',
    },
    deferred: { means: 'It was not sent because the destination failed meanwhile. It waits.', todo: '' },
    unreachable: {
      means: 'No connection to the destination could be opened.',
      todo: 'Check DNS, the firewall and the endpoint’s variable. It is sent by itself once it can be reached.',
    },
    'no-answer': {
      means: 'The request was sent and no complete answer came back.',
      todo: 'Wait: it is repeated under the same id, so nothing counts twice.',
    },
    throttled: {
      means: 'The destination asked to wait.',
      todo: 'Wait. If it lasts, ask its support for a higher rate.',
    },
    'server-error': {
      means: 'The destination answered with an error of its own.',
      todo: 'Wait, and look at its status page. It is repeated by itself.',
    },
    'invalid-response': {
      means: 'The answer was not in the API’s form; a proxy or firewall on the way may have made it.',
      todo: 'Check the endpoint’s variable and what stands between this machine and the API.',
    },
    paused: {
      means: 'The destination refused the access token or its permissions.',
      todo: 'Make a new token, set it, restart. Everything that waits is sent then.',
    },
    'blocked-by-earlier': {
      means: 'An earlier message of the same person or order has to be sent first.',
      todo: '',
    },
    rejected: {
      means: 'The destination refused it in the words shown.',
      todo: 'Correct what the words name, in the shop’s pages or in the mapping, then send it again.',
    },
    'invalid-payload': {
      means: 'What the mapping made of it is not what the API accepts, so it was not sent.',
      todo: 'Look at the field named, correct its source or update Storebeacon, then send it again.',
    },
    'mapping-failed': {
      means: 'The mapping failed on this event.',
      todo: 'Update Storebeacon or report it with the message id, then send it again.',
    },
    'too-large': {
      means: 'One payload is larger than the destination accepts in a whole request.',
      todo: 'Send fewer lines or shorter properties; this one cannot be delivered.',
    },
    'unknown-outcome': {
      means: 'It was sent without an answer, longer ago than the destination recognises repeats.',
      todo: 'Look at the destination whether it arrived. Send it again only if it did not.',
    },
    'seal-unreadable': {
      means: 'Its encrypted personal data cannot be read with the keys in PII_KEY.',
      todo: 'Add the former key to PII_KEY behind the new one, restart, then send it again.',
    },
    damaged: {
      means: 'The stored event cannot be read.',
      todo: 'Check the disk and restore a backup if there are many. It cannot be sent.',
    },
    expired: {
      means: 'It waited for more than 28 days.',
      todo: 'Find out why the destination took nothing for so long. Send it again only if the API accepts its age.',
    },
  },
  quality: {
    email:
      'Identify customers at log-in and checkout, and let the shop’s backend or webhooks report orders: they know the email.',
    phone:
      'Ask for the phone number at checkout and set STORE_COUNTRY, so that local numbers are understood.',
    user_id: 'Call identify() with the customer’s id after log-in.',
    external_id:
      'Call identify() with the customer’s id after log-in; anonymous visitors are sent their anonymous id.',
    anonymous_id: 'Load the tag on every page, the thank-you page included, from the shop’s own domain.',
    ttclid:
      'Keep `ttclid` in the address when a visitor lands: redirects must not remove it. Load the tag on landing pages.',
    ttp: 'The `_ttp` cookie is set by TikTok’s pixel; load it beside the tag where visitors allow advertising.',
    ip: 'Set TRUST_PROXY, so that the visitor’s address is seen and not the proxy’s. Orders from webhooks need the page’s evidence.',
    user_agent:
      'Orders from webhooks have none of their own: load the tag on the thank-you page, so that the page’s report is joined.',
    name: 'Send first and last name with identify(), or let webhooks report orders.',
    address: 'Send city, state and country with identify(), or let webhooks report orders.',
    value: 'Send `value`, `total` or `price` with the event; see the debug panel on the page that lacks it.',
    currency: 'Send `currency` with each amount: an amount without one is left out.',
    content_id:
      'Send `product_id`, `variant_id` or `sku` with each line, as the catalogue uses them (TIKTOK_CONTENT_ID).',
  },
};
