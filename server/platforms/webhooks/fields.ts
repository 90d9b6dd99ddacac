import { z } from 'zod';
import * as kinds from '../../../shared/kinds.ts';
import { readerOf } from '../../../shared/read-fields.ts';
import { readZonedTime } from '../../../shared/time.ts';

/** Fields of webhook payloads: one that cannot be read is absent, and the rest of the payload is used. */
export const lenient = <Schema extends z.ZodType>(schema: Schema) =>
  schema
    .nullish()
    .catch(undefined)
    .transform((value) => value ?? undefined);

/** A field of a kind that messages have as well, read as theirs. */
function field<Schema extends z.ZodType>(kind: Schema) {
  const read = readerOf(kind);
  return z
    .unknown()
    .optional()
    .transform((value): z.output<Schema> | undefined =>
      value == null ? undefined : (read(value, '', undefined, []) as z.output<Schema> | undefined),
    );
}

/** IDs are text: they may exceed 2^53, where a number loses digits. A placeholder (`0`, a guest's) is none. */
export const Id = field(kinds.Id);
export const Text = field(kinds.Text).transform((text) => text?.trim() || undefined);
export const Flag = field(kinds.Flag);
/** A phone, a postal code, the number of a campaign: text that some write as a number, and that may be 0. */
export const Code = lenient(
  z
    .union([z.string().max(512), z.int()])
    .transform((value: string | number) => String(value).trim() || undefined),
);

/** The first 1,000 items, without those that cannot be read. */
export const list = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .unknown()
    .optional()
    .transform((value) =>
      (kinds.listOf(value) ?? []).slice(0, kinds.MAX_ITEMS).flatMap((item): z.output<Schema>[] => {
        const read = schema.safeParse(item);
        return read.success ? [read.data] : [];
      }),
    );

/** The first of these texts that is a time with a zone, in UTC: without one the time could be hours off. */
export function firstTime(...texts: readonly (string | undefined)[]): string | undefined {
  const ms = texts.map(readZonedTime).find((time) => time !== undefined);
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
