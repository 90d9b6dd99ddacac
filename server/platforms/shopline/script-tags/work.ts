import type { AdminApi } from '../admin/api.ts';
import { isOurs, planInstallation, planRemoval, scriptAddress } from './address.ts';
import type { Asked } from './arguments.ts';
import { type Change, change, listScriptTags, type ScriptTag } from './script-tags.ts';

/** Whose script tags, and where our snippet is. */
export interface Place {
  shop: string;
  handle: string;
  /** Without a slash at its end. */
  publicUrl: string;
  writeKey: string;
}

/**
 * Lists the script tags of a shop, and does what is asked, or only says so.
 *
 * @throws {NotDone} and whatever `api` rejects with. What was done before was said.
 */
export async function workOnScriptTags(
  api: AdminApi,
  { shop, handle, publicUrl, writeKey }: Place,
  { action, isMeant, scope, options }: Asked,
  say: (line: string) => void,
): Promise<void> {
  const tags = await listScriptTags(api);
  const ours = tags.filter((tag) => isOurs(tag, publicUrl));
  say(`${shop} (${handle}): ${tags.length} script tags, ${ours.length} of them ours`);
  for (const tag of tags) say(ours.includes(tag) ? `* ${describe(tag, true)}` : `  ${describe(tag, false)}`);
  if (action !== 'install' && action !== 'remove') return;
  const wanted = { src: scriptAddress(publicUrl, writeKey, options), scope };
  const plan = action === 'install' ? planInstallation(ours, wanted) : planRemoval(ours);
  if (plan.length === 0)
    return say(action === 'install' ? 'Already installed.' : 'There is nothing of ours.');
  for (const step of plan) {
    if (isMeant) say(`Done: ${describeChange(step)} (id ${word(await change(api, step))})`);
    else say(`Would ${describeChange(step)}`);
  }
  if (!isMeant) say('Nothing was changed. To do it, add --yes');
}

function describe({ id, display_scope, src }: ScriptTag, isItOurs: boolean): string {
  return `${word(id)}  ${word(display_scope ?? '-').padEnd(12)}  ${shown(src, isItOurs)}`;
}

function describeChange(step: Change): string {
  if (step.kind === 'remove') return `remove ${shown(step.tag.src, true)}`;
  const { src, scope } = step.wanted;
  const instead = step.kind === 'replace' ? ` in place of ${shown(step.tag.src, true)}` : '';
  return `${step.kind} ${src} for ${scope}${instead}`;
}

/** Of a script that is not ours the query stays unsaid: who knows what is in there. */
function shown(src: string, isItOurs: boolean): string {
  const url = URL.parse(src);
  if (!url) return '(not an address)';
  return isItOurs ? url.href : `${url.origin}${url.pathname}${url.search && '?…'}`;
}

/** What comes from outside moves no terminal's cursor. */
const word = (text: string) => text.replace(/[^\w-]/g, '?').slice(0, 64);
