import { z } from 'zod';

/** A field that cannot be read costs only itself: what is left of an order is still an order. */
export const lenient = <Schema extends z.ZodType>(schema: Schema) =>
  schema
    .nullish()
    .catch(undefined)
    .transform((value) => value ?? undefined);

const blankIsAbsent = (value: string | number) => String(value).trim() || undefined;

/** Text end to end: ids may exceed 2^53, and a number of that size is one no longer. */
export const Id = lenient(z.union([z.string().max(512), z.int()]).transform(blankIsAbsent));
export const Text = lenient(z.string().max(8192).transform(blankIsAbsent));

const MAX_ITEMS = 1000;
/** The items that can be read. */
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
