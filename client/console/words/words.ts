import type { en } from './en.ts';

/** The same texts with other words: what is text in English is text, what is a function takes the same. */
type Widened<T> = T extends string
  ? string
  : T extends (...given: infer A) => string
    ? (...given: A) => string
    : { [K in keyof T]: Widened<T[K]> };

/** Every text of the console. A language without one of them does not compile. */
export type Words = Widened<typeof en>;
