import { inEnglish } from '../../shared/advice/notice.ts';
import type { Shop } from '../config/config.ts';
import { titleOf } from '../destinations/destination.ts';

/** What was delivered before and cannot be deleted from here, explained for the person who asked. */
export interface Remains {
  destination: string;
  /** `shared/advice` has its words in each language. */
  code: string;
  why: string;
}

export const remainsOf = ({ destinations }: Shop): Remains[] =>
  destinations.flatMap(({ destination }) => {
    const { cannotErase: code } = destination;
    if (code === undefined) return [];
    const { means: why } = inEnglish({ code, values: {} });
    return [{ destination: titleOf(destination), code, why }];
  });
