import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';

const Headers = z.record(z.string(), z.string()).superRefine((headers, context) => {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      context.addIssue({ code: 'custom', path: [name], message: 'is not a valid HTTP header' });
    }
  }
});

/**
 * One fault of an API, for the next `times` requests.
 *
 * `status`, `body`, `reset` and `hang` replace the API, which does not see the request unless `after` is `accept`.
 * `delayMs` and `headers` alone change its own response. An empty fault lets `times` requests pass.
 */
export const Fault = z
  .strictObject({
    /** 200 when only `body` is given. */
    status: z.int().min(200).max(599).optional(),
    /** Added to the response; a header of the same name is replaced. */
    headers: Headers.optional(),
    /** Text is sent as HTML, an object or a list as JSON. Empty when only `status` is given. */
    body: z
      .union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())], {
        error: 'must be text, an object or a list',
      })
      .optional(),
    /** Waited before everything else. */
    delayMs: z.int().min(0).max(600_000).optional(),
    /** Breaks the connection: without a byte, or after half of the body. */
    reset: z.enum(['before-answer', 'mid-body']).optional(),
    /** Never answers; the connection stays open until the client closes it or the API stops. */
    hang: z.boolean().optional(),
    /** The API validates and accepts the events as usual; only its response is replaced or lost. */
    after: z.literal('accept').optional(),
    /** Applies to paths that contain this text, such as `sales/`; other requests do not use it up. Absent: all. */
    path: z.string().min(1).optional(),
    /** Absent: until cleared. */
    times: z.int().min(1).optional(),
  })
  .superRefine((fault, context) => {
    const addIssue = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (fault.hang && fault.reset) addIssue('hang', 'cannot go with reset');
    if ((fault.hang || fault.reset === 'before-answer') && (fault.status ?? fault.body) !== undefined)
      addIssue(fault.hang ? 'hang' : 'reset', 'gives no answer, so status and body are never sent');
    if (fault.after && !replacesAnswer(fault))
      addIssue('after', 'needs status, body, reset or hang: nothing else loses the answer');
  });
export type Fault = z.infer<typeof Fault>;

/** A script: one fault, or a list that is used up in order. Null, nothing or an empty list clears it. */
export const Faults = z.preprocess(
  (given) => [given ?? []].flat(),
  z.array(Fault).superRefine((faults, context) => {
    for (const [index, { path, times }] of faults.entries()) {
      const later = faults.slice(index + 1);
      const isHidden = path === undefined ? later.length > 0 : later.some((other) => other.path === path);
      if (times === undefined && isHidden)
        context.addIssue({
          code: 'custom',
          path: [index, 'times'],
          message: 'is needed: only the last fault for a path may run until cleared',
        });
    }
  }),
);

/** True when the client does not get the API's own response. */
export function replacesAnswer(fault: Omit<Fault, 'after' | 'path' | 'times'>): boolean {
  return (
    fault.status !== undefined || fault.body !== undefined || fault.reset !== undefined || fault.hang === true
  );
}

/** The remaining faults of one API. */
export interface FaultScript {
  /** @throws {TypeError} naming each wrong field, for example `[1].times`; the script is unchanged then. */
  set(faults: unknown): void;
  /** The first remaining fault that applies to this path, or undefined. */
  next(path: string): Fault | undefined;
}

export function createFaultScript(): FaultScript {
  let script: { fault: Fault; left: number }[] = [];
  return {
    set(faults) {
      const parsed = Faults.safeParse(faults);
      if (!parsed.success) throw new TypeError(`Fault script:\n${z.prettifyError(parsed.error)}`);
      script = parsed.data.map((fault) => ({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }));
    },
    next(path) {
      const current = script.find(({ fault }) => path.includes(fault.path ?? ''));
      if (!current) return undefined;
      current.left -= 1;
      if (current.left === 0) script = script.filter((step) => step !== current);
      return current.fault;
    },
  };
}
