import { expect, test } from 'vitest';
import { adminOpenApi } from '../../server/operator/openapi.ts';
import type { AdminParts } from '../../server/operator/parts.ts';
import { adminRoutes } from '../../server/operator/routes.ts';
import { routesOf } from '../support/routes-of.ts';

const parts = {
  config: { shops: [] },
  access: { token: 'operator-token-0123456789', pageOrigins: new Set() },
  clock: { now: Date.now },
  ...{ statistics: {}, state: {} },
};
const contract = adminOpenApi('1.2.3') as unknown as {
  paths: Record<
    string,
    Record<string, { operationId: string; responses: Record<string, { content?: object }> }>
  >;
};
const described = Object.entries(contract.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
);
const PAGES = ['GET /console', 'GET /console/*path'];

test('the contract has every route of the router, and none beside them', () => {
  const routes = routesOf(adminRoutes(parts as unknown as AdminParts).router)
    .filter((route) => !PAGES.includes(route))
    .map((route) => route.replaceAll(/:(\w+)/g, '{$1}'));
  expect(described.toSorted()).toEqual(routes.toSorted());
});

test('each has a name of its own, and says what is answered', () => {
  const operations = Object.values(contract.paths).flatMap((methods) => Object.values(methods));
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { operationId, responses } of operations) {
    expect(Object.keys(responses), operationId).toEqual(expect.arrayContaining(['401', '403', '429']));
    const success = responses['200'] ?? responses['204'];
    expect(success, operationId).toBeDefined();
  }
});

test('answers of the search are described field by field', () => {
  expect(JSON.stringify(contract.paths['/admin/events']?.get)).toMatch(/nextCursor/);
  expect(JSON.stringify(contract)).toMatch(/payloadState/);
});
