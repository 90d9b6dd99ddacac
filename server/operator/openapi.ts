import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import * as api from '../../shared/operator-api/index.ts';
import { ErrorResponse } from '../http/openapi-schemas.ts';
import { inPath, type Operation, operation } from './openapi-operation.ts';

const { OfShop } = api;
const messageId = inPath('messageId', 'As it was sent.');
const orderId = inPath('id', 'Any name of the order: its id, number or token, with or without `#`.');
const person = inPath(
  'id',
  'A user id, an anonymous id, or the SHA-256 (hex) of an email, trimmed and in lower case, or of a phone number as `+886912345678`. A clear email or phone number is refused: paths are logged.',
);
const redaction = inPath('id', 'Of the list.');
const csv = { 'text/csv': { schema: { type: 'string' as const } } };

const SEARCH: Record<string, Record<string, Operation>> = {
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
        statuses: [404, 429],
      },
    },
  },
  '/admin/alerts': { get: { id: 'alerts', summary: 'Incidents that were found.', answer: api.AlertList } },
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
    get: { id: 'setup', summary: 'What is misconfigured, in words, and the tag to copy.', answer: api.Setup },
  },
  '/admin/test-event': {
    post: {
      id: 'testEvent',
      summary: 'Sends a test event through the destination’s own mapper and client; nothing is stored.',
      ...{ body: api.TestEventRequest, answer: api.TestEventAnswer, statuses: [400, 404] },
    },
  },
};

const VISITORS: Record<string, Record<string, Operation>> = {
  '/admin/visitors/{id}': {
    get: {
      id: 'visitor',
      summary:
        'A person: ids, links, orders, consent records with their history, and what an erasure cannot remove.',
      ...{ path: [person], query: OfShop, answer: api.VisitorList, statuses: [400, 404] },
    },
    delete: {
      id: 'eraseVisitor',
      summary:
        'Erases a person; the body may name more ids of theirs, in clear if need be, and browsers that an answer listed as claimed.',
      ...{
        path: [person],
        query: OfShop,
        body: api.NamedPerson,
        answer: api.ErasureList,
        statuses: [400, 404],
      },
    },
  },
  '/admin/visitors/{id}/export': {
    get: {
      id: 'exportVisitor',
      summary: 'Everything held of a person: what an erasure of the same id would remove.',
      path: [person],
      query: OfShop,
      statuses: [400, 404],
    },
    post: {
      id: 'exportNamedVisitor',
      summary: 'The same; the body may name more ids of theirs, in clear if need be.',
      ...{ path: [person], query: OfShop, body: api.NamedPerson, statuses: [400, 404] },
    },
  },
  '/admin/redactions': {
    get: {
      id: 'redactions',
      summary: 'Erasures that shop systems asked for, newest first.',
      query: OfShop,
      statuses: [400],
    },
  },
  '/admin/redactions/{id}/confirm': {
    post: {
      id: 'confirmRedaction',
      summary: 'Carries it out now.',
      path: [redaction],
      statuses: [400, 404, 409],
    },
  },
  '/admin/redactions/{id}/cancel': {
    post: { id: 'cancelRedaction', summary: 'Calls it off.', path: [redaction], statuses: [400, 404, 409] },
  },
};

const OTHERS: Record<string, Record<string, Operation>> = {
  '/admin/status': { get: { id: 'status', summary: 'Queues, breakers, counters, and how the log syncs.' } },
  '/admin/openapi.json': { get: { id: 'contract', summary: 'This page.' } },
  '/admin/dead-letters': {
    get: { id: 'deadLetters', summary: 'Dead letters, newest first.', statuses: [400] },
  },
  '/admin/dead-letters/replay': {
    post: {
      id: 'replay',
      summary: 'Requeues dead letters by their row ids, or all of a consumer.',
      statuses: [400],
    },
  },
  '/admin/dead-letters/discard': {
    post: {
      id: 'discard',
      summary: 'Deletes dead letters by their row ids, or all of a consumer.',
      statuses: [400],
    },
  },
  '/admin/statistics': { get: { id: 'statistics', summary: 'All totals.', query: OfShop, statuses: [404] } },
  '/admin/statistics/sync': {
    post: { id: 'sync', summary: 'Reports them to SHOPLINE now.', query: OfShop, statuses: [404] },
  },
  '/admin/marketing-costs': {
    put: { id: 'costs', summary: 'Spend by day, as CSV or JSON.', query: OfShop, statuses: [400, 404, 413] },
  },
  '/metrics': {
    get: {
      id: 'metrics',
      summary: 'Counters and timers, as Prometheus reads them.',
      content: { 'text/plain': { schema: { type: 'string' as const } } },
    },
  },
  '/console/login': {
    post: {
      id: 'login',
      summary:
        'Exchanges ADMIN_TOKEN for the cookie of a session of at most twelve hours. Over http on loopback alone. Five attempts a minute from one address, sixty over all.',
      ...{ body: api.LoginRequest, answer: api.LoginAnswer, statuses: [400, 429] },
    },
  },
  '/console/logout': { post: { id: 'logout', summary: 'Ends the session.', status: 204 } },
  '/console/session': {
    get: { id: 'session', summary: 'The session, the shops and their destinations.', answer: api.Session },
  },
};

const PATHS = Object.fromEntries(
  Object.entries({ ...SEARCH, ...VISITORS, ...OTHERS }).map(([path, methods]) => [
    path,
    Object.fromEntries(Object.entries(methods).map(([method, described]) => [method, operation(described)])),
  ]),
) as ZodOpenApiPathsObject;

/** The operator's routes as an OpenAPI 3.1 document. */
export const adminOpenApi = (version: string) =>
  createDocument({
    openapi: '3.1.0',
    info: { title: 'Storebeacon operator', version, license: { name: 'MIT', identifier: 'MIT' } },
    security: [{ adminToken: [] }, { session: [], csrf: [] }],
    paths: PATHS,
    components: {
      responses: {
        Error: {
          description: 'The request was refused.',
          content: { 'application/json': { schema: ErrorResponse } },
        },
      },
      securitySchemes: {
        adminToken: { type: 'http', scheme: 'bearer', description: 'ADMIN_TOKEN' },
        session: {
          ...{ type: 'apiKey', in: 'cookie', name: '__Host-storebeacon' },
          description: 'Of the console; `storebeacon_console` over http on loopback.',
        },
        csrf: {
          ...{ type: 'apiKey', in: 'header', name: 'X-CSRF-Token' },
          description: 'With the cookie, for what changes something.',
        },
      },
    },
  });
