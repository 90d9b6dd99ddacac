import type { Shop } from '../config/config.ts';
import { titleOf } from '../destinations/destination.ts';

/** What was delivered before and cannot be deleted from here, explained for the person who asked. */
export interface Remains {
  destination: string;
  why: string;
}

export const remainsOf = ({ destinations }: Shop): Remains[] =>
  destinations.flatMap(({ destination }) =>
    destination.cannotErase === undefined
      ? []
      : [{ destination: titleOf(destination), why: destination.cannotErase }],
  );
