import { createBucket } from '../bucket.ts';
import type { Credentials } from '../credentials.ts';
import type { ApiRequest, StandIn, ValidationResult } from '../stand-in.ts';
import { createCdp } from './cdp.ts';
import { createFlows } from './flows.ts';
import { createMarketing } from './marketing.ts';
import { listOrders, type ShoplineOrder } from './orders.ts';
import { answerRefresh, REFRESH_PATH, refreshRefusal } from './refresh.ts';
import { type ListName, refusal } from './refusals.ts';
import { answerScriptTags, type ShoplineScriptTag } from './script-tags.ts';
import { createTokens } from './tokens.ts';

/** One call of the Admin API. */
interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** A pattern's first group is the id that `validate` gets. */
  path: string | RegExp;
  scope: string;
  list: ListName;
  validate(request: ApiRequest, id: string | undefined): ValidationResult;
}

const VERSION = /^\/admin\/openapi\/v\d{8}\//;
const SCRIPT_TAGS = 'store/script_tags.json';
const SCRIPT_TAG = /^store\/script_tags\/([^/]+)\.json$/;

/**
 * SHOPLINE's Admin API of one shop: CDP events, statistics, orders, script tags and token refresh. It does not
 * deduplicate: an event that is sent twice is accepted twice.
 *
 * @param shop its orders and script tags; both may change at any time.
 */
export function createShopline(
  credentials: Credentials['shopline'],
  clock: () => number,
  shop: { orders: readonly ShoplineOrder[]; scriptTags: ShoplineScriptTag[] } = {
    orders: [],
    scriptTags: [],
  },
): StandIn {
  const bucket = createBucket(40, 4, clock);
  const tokens = createTokens(credentials, clock);
  const post = (
    path: string,
    scope: string,
    list: ListName,
    validate: (body: unknown) => ValidationResult,
  ): Route => ({
    method: 'POST',
    path,
    scope,
    list,
    validate: ({ body }) => validate(body),
  });
  const scriptTags = (method: Route['method'], path: Route['path'], scope: string): Route => ({
    method,
    path,
    scope,
    list: 'events',
    validate: (request, id) => answerScriptTags(request, shop, id, clock()),
  });
  const routes: Route[] = [
    // A read scope, although the call writes.
    post('cdp/track.json', 'read_data_report', 'events', createCdp(credentials)),
    post(
      'sales/marketing_events/sync_data.json',
      'write_marketing_event',
      'marketing_activity_datas',
      createMarketing(credentials),
    ),
    post(
      'sales/flow/batch_sync_flow_data.json',
      'write_marketing_event',
      'flow_data_list',
      createFlows(credentials),
    ),
    {
      method: 'GET',
      path: 'orders.json',
      scope: 'read_orders',
      list: 'events',
      validate: (request) => listOrders(request, shop.orders),
    },
    scriptTags('GET', SCRIPT_TAGS, 'read_script_tags'),
    scriptTags('POST', SCRIPT_TAGS, 'write_script_tags'),
    scriptTags('PUT', SCRIPT_TAG, 'write_script_tags'),
    scriptTags('DELETE', SCRIPT_TAG, 'write_script_tags'),
  ];
  let requests = 0;

  function validate(request: ApiRequest): ValidationResult {
    requests += 1;
    const result = request.path === REFRESH_PATH ? validateRefresh(request) : validateCall(request);
    return { ...result, headers: { ...result.headers, traceId: `sandbox-${requests}` } };
  }

  function validateCall(request: ApiRequest): ValidationResult {
    const { method, path, headers, isJson, body } = request;
    const called = VERSION.test(path) ? path.replace(VERSION, '') : '';
    const isCalled = (each: Route) =>
      each.path instanceof RegExp ? each.path.test(called) : each.path === called;
    const route = routes.find((each) => each.method === method && isCalled(each));
    const error = (status: number, why: string) => refusal(status, why, body, route?.list ?? 'events');

    if (!route) return error(404, 'Not Found');
    if (!tokens.isValid(/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''))
      return error(401, 'The access token is invalid');
    if (!credentials.scopes.includes(route.scope)) return error(403, `This app lacks ${route.scope}`);
    if (!bucket.acquire()) return error(429, TOO_FAST);
    if (headers['content-type'] !== 'application/json; charset=utf-8')
      return error(400, 'Content-Type must be application/json; charset=utf-8');
    if (headers['content-encoding']) return error(400, 'Content-Encoding is not supported');
    if ((method === 'POST' || method === 'PUT') && !isJson) return error(400, 'The body is not JSON');
    const [, id] = (route.path instanceof RegExp && route.path.exec(called)) || [];
    return route.validate(request, id);
  }

  function validateRefresh(request: ApiRequest): ValidationResult {
    const error = (status: number, why: string) => refusal(status, why, request.body, 'events');
    if (request.method !== 'POST') return error(404, 'Not Found');
    const refused = refreshRefusal(request, credentials, clock());
    if (refused) return refused;
    if (!bucket.acquire()) return error(429, TOO_FAST);
    return answerRefresh(tokens, credentials.scopes);
  }

  return { validate, reset: () => bucket.reset() };
}

const TOO_FAST = 'Exceeded 4 calls per second for this app and store';
