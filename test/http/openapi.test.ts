// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { LIMITS } from '../../shared/names.ts';
import { startCollector, WRITE_KEY } from '../support/collector.ts';

type Json = Record<string, unknown>;
interface Operation {
  requestBody?: { content: Record<string, { schema: Json; examples?: Record<string, { value: unknown }> }> };
  responses: Record<string, unknown>;
}

const collector = await startCollector(
  { SHOPLINE_APP_SECRET: 'secret-of-the-app', CUSTOMERIO_WEBHOOK_SIGNING_KEY: 'signing-key-0001' },
  { whenOver: afterAll },
);
const { base } = collector;
const response = await fetch(`${base}/openapi.json`);
const contract = (await response.json()) as {
  openapi: string;
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Json> };
};
const operations = Object.entries(contract.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
);

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Every object of the document that is a schema, with where it stands. */
function* schemasIn(
  value: unknown,
  path: string,
  isSchema: boolean,
): Generator<{ path: string; schema: Json }> {
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* schemasIn(item, `${path}/${index}`, isSchema);
  if (!isObject(value)) return;
  if (isSchema) yield { path, schema: value };
  for (const [key, inner] of Object.entries(value)) {
    const holdsMany = isSchema
      ? /^(properties|\$defs|patternProperties|dependentSchemas)$/.test(key)
      : key === 'schemas';
    if (holdsMany && isObject(inner))
      for (const [name, schema] of Object.entries(inner))
        yield* schemasIn(schema, `${path}/${key}/${name}`, true);
    else if (
      isSchema &&
      /^(items|prefixItems|additionalProperties|propertyNames|allOf|anyOf|oneOf|not|if|then|else|contains)$/.test(
        key,
      )
    )
      yield* schemasIn(inner, `${path}/${key}`, true);
    else if (!isSchema && !/^examples?$/.test(key))
      yield* schemasIn(inner, `${path}/${key}`, key === 'schema');
  }
}
const schemas = [...schemasIn(contract, '#', false)];
const resolve = (ref: string): unknown =>
  ref
    .slice(2)
    .split('/')
    .reduce<unknown>(
      (at, key) => (isObject(at) ? at[key.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined),
      contract,
    );

test('the contract is served as OpenAPI 3.1 with the version of the program', () => {
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect(contract.openapi).toMatch(/^3\.1\./);
  expect(contract.info.version).toMatch(/^\d+\.\d+\.\d+/);
});

describe('it lists every public route', () => {
  test.each([
    'post /v1/batch',
    'post /v1/track',
    'post /v1/page',
    'post /v1/identify',
    'post /v1/screen',
    'post /v1/group',
    'post /v1/alias',
    'post /v1/m',
    'get /v1/projects/{writeKey}/settings',
    'get /healthz',
    'get /readyz',
    'post /v1/webhooks/shopline',
    'post /v1/webhooks/customerio',
    'get /openapi.json',
    'get /s.js',
    'get /s/{version}.js',
  ])('%s', (route) => {
    expect(operations.map(({ method, path }) => `${method} ${path}`)).toContain(route);
  });

  test('and none that does not exist', async () => {
    for (const { method, path } of operations) {
      const real = path.replace('{writeKey}', WRITE_KEY).replace('{version}', contract.info.version);
      const answer = await fetch(`${base}${real}`, { method: method.toUpperCase() });
      const isMissing = answer.status === 404 && (await answer.json()).code === 'not-found';
      expect({ path, exists: !isMissing }).toEqual({ path, exists: true });
    }
  });

  test('each says what is answered, a status and a description each', () => {
    for (const { path, operation } of operations) {
      const statuses = Object.keys(operation.responses);
      expect(statuses.length, path).toBeGreaterThan(0);
      expect(
        statuses.every((status) => /^[1-5]\d\d$/.test(status)),
        path,
      ).toBe(true);
    }
  });

  test('what takes messages documents its refusals and its limits', () => {
    const taking = operations.filter(
      ({ path, operation }) => operation.requestBody && !path.startsWith('/v1/webhooks/'),
    );
    expect(taking).toHaveLength(7);
    for (const { operation } of taking) {
      expect(Object.keys(operation.responses).sort()).toEqual([
        '200',
        '400',
        '401',
        '403',
        '413',
        '415',
        '429',
        '503',
      ]);
      for (const limit of Object.values(LIMITS)) expect(JSON.stringify(operation)).toContain(String(limit));
    }
  });
});

describe('its schemas are JSON Schema 2020-12', () => {
  test('every reference leads somewhere', () => {
    const refs = JSON.stringify(contract).match(/"\$ref":"[^"]+"/g) ?? [];
    expect(refs.length).toBeGreaterThan(20);
    const lost = refs
      .map((text) => JSON.parse(`{${text}}`).$ref as string)
      .filter((ref) => !isObject(resolve(ref)));
    expect(lost).toEqual([]);
  });

  test('every keyword holds what it may', () => {
    const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];
    const isText = (value: unknown) => typeof value === 'string';
    const isCount = (value: unknown) => Number.isInteger(value) && Number(value) >= 0;
    const KEYWORDS: Record<string, (value: unknown) => boolean> = {
      type: (value) => [value].flat().every((type) => TYPES.includes(String(type))),
      required: (value) =>
        Array.isArray(value) && value.every(isText) && new Set(value).size === value.length,
      enum: (value) => Array.isArray(value) && value.length > 0,
      properties: isObject,
      items: (value) => isObject(value) || typeof value === 'boolean',
      additionalProperties: (value) => isObject(value) || typeof value === 'boolean',
      propertyNames: isObject,
      anyOf: (value) => Array.isArray(value) && value.length > 0,
      oneOf: (value) => Array.isArray(value) && value.length > 0,
      allOf: (value) => Array.isArray(value) && value.length > 0,
      if: isObject,
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own keyword
      then: isObject,
      const: () => true,
      default: () => true,
      description: isText,
      format: isText,
      pattern: (value) => isText(value) && RegExp(String(value), 'u') instanceof RegExp,
      minLength: isCount,
      maxLength: isCount,
      minItems: isCount,
      maxItems: isCount,
      minimum: Number.isFinite,
      maximum: Number.isFinite,
      exclusiveMinimum: Number.isFinite,
      exclusiveMaximum: Number.isFinite,
      $ref: isText,
      // OpenAPI's own keyword, beside JSON Schema's.
      discriminator: isObject,
    };
    const wrong = schemas.flatMap(({ path, schema }) =>
      Object.entries(schema)
        .filter(([keyword, value]) => !KEYWORDS[keyword]?.(value))
        .map(([keyword, value]) => `${path}/${keyword}: ${JSON.stringify(value)?.slice(0, 80)}`),
    );
    expect(schemas.length).toBeGreaterThan(300);
    expect(wrong).toEqual([]);
  });

  test('each of the 28 ecommerce events has its properties checked', () => {
    const { allOf } = contract.components.schemas.Track as { allOf: { if: Json; then: Json }[] };
    expect(allOf).toHaveLength(28);
    expect(JSON.stringify(allOf)).toContain('"const":"Order Completed"');
  });
});

describe('its examples are taken as they stand', () => {
  const examples = operations.flatMap(({ path, operation }) =>
    Object.entries(operation.requestBody?.content ?? {}).flatMap(([type, { examples = {} }]) =>
      Object.entries(examples).map(([name, { value }]) => ({ path, type, name, value })),
    ),
  );

  test('every route that takes messages shows at least one', () => {
    expect([...new Set(examples.map(({ path }) => path))].sort()).toEqual(
      ['alias', 'batch', 'group', 'identify', 'page', 'screen', 'track'].map((route) => `/v1/${route}`),
    );
  });

  test.each(examples)('$path: $name', async ({ path, type, value }) => {
    const answer = await collector.post(path, value, { 'content-type': type, 'x-strict-mode': '1' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ success: true, rejected: [] });
  });
});

describe('what is really answered is what it says', () => {
  const requiredOf = (name: string) => contract.components.schemas[name]?.required;

  test('a success', async () => {
    const answer = await (await collector.post('/v1/track', { event: 'X', anonymousId: 'v' })).json();
    expect(Object.keys(answer).sort()).toEqual([...(requiredOf('Answer') as string[])].sort());
  });

  test('a refusal', async () => {
    const answer = await (await collector.post('/v1/track', '{')).json();
    expect(Object.keys(answer).sort()).toEqual([...(requiredOf('Error') as string[])].sort());
  });
});
