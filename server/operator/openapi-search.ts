import * as api from '../../shared/operator-api/index.ts';
import { inPath, type Operation } from './openapi-operation.ts';

const { OfShop } = api;
const messageId = inPath('messageId', 'As it was sent.');
const orderId = inPath('id', 'Any name of the order: its id, number or token, with or without `#`.');
const csv = { 'text/csv': { schema: { type: 'string' as const } } };

/** What the console is made of: the search, figures, actions and set-up. */
export const SEARCH_PATHS: Record<string, Record<string, Operation>> = {
  '/admin/events': {
    get: {
      id: 'events',
      summary: 'Events, newest first, by what is known of them.',
      query: api.EventQuery,
      answer: api.EventList,
      statuses: [400, 404],
    },
  },
  '/admin/events/{messageId}': {
    get: {
      id: 'event',
      summary:
        'One event: how it was captured and stored, and per destination its payload, requests, answers, and what to do.',
      ...{ path: [messageId], query: OfShop, answer: api.EventAnswer, statuses: [404] },
    },
  },
  '/admin/orders': {
    get: {
      id: 'orders',
      summary: 'Orders, newest first; `format=csv` exports all of them.',
      query: api.OrderQuery,
      answer: api.OrderList,
      also: csv,
      statuses: [400, 404],
    },
  },
  '/admin/orders/{id}': {
    get: {
      id: 'order',
      summary: 'One order: who reported it, what destinations were sent and answered, whose consent decides.',
      ...{ path: [orderId], query: OfShop, answer: api.OrderAnswer, statuses: [404] },
    },
  },
  '/admin/reconciliation': {
    get: {
      id: 'reconciliation',
      summary: 'The shop’s own orders of a day (default: yesterday) against what each destination accepted.',
      ...{ query: api.ReconciliationQuery, answer: api.Reconciliation, also: csv, statuses: [400, 404] },
    },
  },
  '/admin/dead-letters/groups': {
    get: {
      id: 'groups',
      summary: 'Dead letters and skipped events, grouped by destination, reason and words.',
      query: api.GroupQuery,
      answer: api.GroupList,
      statuses: [400, 404],
    },
  },
  '/admin/replay': {
    post: {
      id: 'replaySelection',
      summary:
        'Sends again at once what is selected, under the same ids. Consent is asked once more; orders that only browsers report are never sent.',
      ...{ body: api.ActionRequest, answer: api.ActionAnswer, statuses: [400, 404] },
    },
  },
  '/admin/discard': {
    post: {
      id: 'discardSelection',
      summary: 'Deletes the dead letters that are selected.',
      body: api.ActionRequest,
      answer: api.ActionAnswer,
      statuses: [400, 404],
    },
  },
  '/admin/overview': {
    get: {
      id: 'overview',
      summary: 'Events, deliveries and latency over time, and what waits now.',
      query: api.OverviewQuery,
      answer: api.Overview,
      statuses: [400, 404],
    },
  },
  '/admin/match-quality': {
    get: {
      id: 'matchQuality',
      summary: 'By what destinations could match people, by event and day; the worst gap first.',
      query: api.MatchQuery,
      answer: api.MatchQuality,
      statuses: [400, 404],
    },
  },
  '/admin/stream': {
    get: {
      id: 'stream',
      summary:
        'Server-Sent Events: `event` (an event as it is indexed, and when an outcome changes), `status` every two seconds, `end`. At most 20 at one time.',
      ...{
        query: OfShop,
        content: { 'text/event-stream': { schema: { type: 'string' as const } } },
        statuses: [404],
      },
    },
  },
  '/admin/alerts': {
    get: {
      id: 'alerts',
      summary: 'Incidents that were found; of one shop with those of the whole process.',
      ...{ query: OfShop, answer: api.AlertList, statuses: [400, 404] },
    },
  },
  '/admin/audit': {
    get: {
      id: 'audit',
      summary: 'What operators did, newest first.',
      query: api.AuditQuery,
      answer: api.AuditList,
      statuses: [400],
    },
  },
  '/admin/setup': {
    get: {
      id: 'setup',
      summary: 'What is misconfigured, in words, and the tag to copy.',
      ...{ query: OfShop, answer: api.Setup, statuses: [400, 404] },
    },
  },
  '/admin/test-event': {
    post: {
      id: 'testEvent',
      summary: 'Sends a test event through the destination’s own mapper and client; nothing is stored.',
      ...{ body: api.TestEventRequest, answer: api.TestEventAnswer, statuses: [400, 404] },
    },
  },
};
