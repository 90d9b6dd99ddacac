import type { z } from 'zod';
import { HttpError } from '../http/errors.ts';

/** @throws {HttpError} 400 naming every problem. */
export function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || '(request)'}: ${message}`,
  );
  throw new HttpError(400, 'malformed-body', 'The request is invalid.', { details });
}
