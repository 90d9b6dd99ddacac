import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import * as api from '../../shared/operator-api/index.ts';
import { ErrorResponse } from '../http/openapi-schemas.ts';
import { inPath, type Operation, operation } from './openapi-operation.ts';
import { SEARCH_PATHS } from './openapi-search.ts';

const { OfShop } = api;
const person = inPath(
  'id',
  'A user id, an anonymous id, or the SHA-256 (hex) of an email, trimmed and in lower case, or of a phone number as `+886912345678`. A clear email or phone number is refused: paths are logged.',
);
const redaction = inPath('id', 'Of the list.');

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
      ...{ body: api.LoginRequest, answer: api.LoginAnswer, statuses: [400] },
    },
  },
  '/console/logout': { post: { id: 'logout', summary: 'Ends the session.', status: 204 } },
  '/console/session': {
    get: { id: 'session', summary: 'The session, the shops and their destinations.', answer: api.Session },
  },
};

const PATHS = Object.fromEntries(
  Object.entries({ ...SEARCH_PATHS, ...VISITORS, ...OTHERS }).map(([path, methods]) => [
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
        adminToken: {
          ...{ type: 'http', scheme: 'bearer' },
          description:
            'ADMIN_TOKEN. Of wrong ones five a minute from one address are answered 401, others 429; the right one is always taken.',
        },
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
