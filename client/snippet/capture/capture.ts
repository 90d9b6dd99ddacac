import type { Capture, Enrich, Tools } from '../api.ts';
import { later } from '../later.ts';
import { isFirst, turnPage } from '../once.ts';
import { guard, watch } from '../page.ts';
import { PATIENT } from '../rules.ts';
import { tell } from '../tell.ts';
import { note } from '../track.ts';
import { pageProduct } from './json-ld.ts';
import { toOrder, toProduct } from './translate.ts';

const tools: Tools = { guard, pageProduct, toOrder, toProduct, watch };

/** What a companion knows of the surroundings of an action. */
let enrich: Enrich = () => ({});

/** Starts a source. What it reports is noted at once, and sent unless the rules know it already. */
export const capture = (source: string, start: Capture, more = enrich) => {
  enrich = more;
  guard(start)(
    guard((event, found) => {
      turnPage();
      const at = Date.now();
      const properties = { ...found };
      const send = note({ type: 'track', event, properties }, source);
      const decide = guard(() => {
        Object.assign(properties, enrich(event), found);
        if (isFirst(source, event, found, at)) send();
        else tell('repeat', source, event, properties);
      });
      if (PATIENT.test(source)) later(decide);
      else decide();
    }),
    tools,
  );
};
