import type { Capture, Report } from '../api.ts';
import type { Thing } from '../thing.ts';
import { tools, useTools } from './products.ts';
import { useCart } from './use-cart.ts';

const { fetch } = window;

/**
 * The cart endpoints of every theme generation: `/api/carts/cart`, `/cart/change.js`, `/api/carts/ajax-cart/add.js`.
 * What else lies there (delivery addresses, services, codes, reports for the platform's own pixels) changes no line.
 */
const PATH =
  /\/(carts?(\/(ajax-)?cart)?\/(batch.?add|add(single)?|items(_num_reduce)?|change|update|delete|remove|clear)|carts\/(ajax-)?cart|cart(?=\.js))(\.\w+)?$/i;

/** The number of the last request that changes the cart, and how many of them are not answered. */
let last = 0;
let pending = 0;

/** The URL of a request; '' for any other input, which only the browser may read, once. */
const addressOf = (input: Thing): string => {
  if (input instanceof Request) return input.url;
  return typeof input === 'string' || input instanceof URL ? `${input}` : '';
};

/** Follows a request, if it is about the cart. @returns takes the response. */
const follow = (report: Report, method: string, input: Thing, given: Thing) => {
  const url = new URL(addressOf(input), location.href);
  const [isCart, , , , verb = ''] = PATH.exec(url.pathname) || [];
  const doing = `${method} ${verb}`.toLowerCase();
  const isChange = !/get/.test(doing);
  if (!isCart || (!isChange && verb)) return undefined;
  const body = given ?? (isChange && input instanceof Request ? input.clone().text() : undefined);
  const wasAlone = !pending;
  if (isChange) {
    pending++;
    last++;
  }
  const at = last;
  // Loads it, in time for the answer.
  if (isChange) useCart(() => {}, true);
  return (isDone: boolean, data?: Thing) => {
    if (isChange) pending--;
    const isAlone = wasAlone && !pending && at === last;
    if (isDone)
      Promise.all([body, data]).then(
        tools.guard(([body, answer]) => {
          useCart(
            (cart) => cart.follow({ doing, query: url.searchParams, body, answer, at, isAlone, report }),
            isChange,
          );
        }),
        () => {},
      );
  };
};

/** Wraps `fetch` and XMLHttpRequest to read cart requests and copies of their responses. Requests stay unchanged. */
export const captureRequests: Capture = (report, given) => {
  useTools(given);
  const begin = tools.guard(follow);

  window.fetch = function (this: unknown, ...call: Parameters<typeof fetch>) {
    const [input, init]: Thing[] = call;
    const end = begin(report, init?.method || input?.method || 'GET', input, init?.body);
    const promise = fetch.apply(this as Window, call);
    // A shop's own `fetch` may return anything.
    if (end)
      Promise.resolve(promise)
        // Copied before the theme reads it.
        .then((answer) => end(answer.ok, answer.clone().text()))
        .catch(() => end(false));
    return promise;
  };

  const { open, send } = XMLHttpRequest.prototype;
  const calls = new WeakMap<XMLHttpRequest, Thing[]>();
  XMLHttpRequest.prototype.open = function (this: XMLHttpRequest, ...call: Thing[]) {
    calls.set(this, call);
    return open.apply(this, call as Parameters<typeof open>);
  } as typeof open;
  XMLHttpRequest.prototype.send = function (body) {
    const [method, url] = calls.get(this) || [];
    const end = begin(report, method, url, body);
    if (end)
      this.addEventListener(
        'loadend',
        tools.guard(() => end(/^2/.test(this.status as never), this.response)),
      );
    return send.call(this, body);
  };
};

/** A form that is submitted to the cart without a script. The following page shows whether it succeeded. */
export const captureForms: Capture = (report) =>
  document.addEventListener(
    'submit',
    (event) =>
      setTimeout(
        tools.guard(() => {
          const form = event.target as HTMLFormElement;
          if (!event.defaultPrevented) follow(report, form.method, form.action, new FormData(form))?.(true);
        }),
      ),
    true,
  );
