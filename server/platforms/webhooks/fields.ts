import { z } from 'zod';

/** Fields of webhook payloads: one that cannot be read is absent, and the rest of the payload is used. */
export const lenient = <Schema extends z.ZodType>(schema: Schema) =>
  schema
    .nullish()
    .catch(undefined)
    .transform((value) => value ?? undefined);

const blankIsAbsent = (value: string | number) => String(value).trim() || undefined;

/** IDs are text: they may exceed 2^53, where a number loses digits. */
export const Id = lenient(z.union([z.string().max(512), z.int()]).transform(blankIsAbsent));
export const Text = lenient(z.string().max(8192).transform(blankIsAbsent));

const MAX_ITEMS = 1000;
/** The first 1,000 items, without those that cannot be read. */
export const list = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((items) =>
      items.slice(0, MAX_ITEMS).flatMap((item): z.output<Schema>[] => {
        const read = schema.safeParse(item);
        return read.success ? [read.data] : [];
      }),
    );

/** ISO 8601 with date, time and zone: without a zone the time could be hours off. */
const ZONED = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/i;

/** The first of these texts that is a time with a zone, in UTC. */
export function firstTime(...texts: readonly (string | undefined)[]): string | undefined {
  const ms = texts
    .filter((text) => text !== undefined && ZONED.test(text))
    .map((text) => Date.parse(text ?? ''))
    .find((time) => time >= 0);
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
