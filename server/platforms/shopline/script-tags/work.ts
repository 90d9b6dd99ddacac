import type { AdminApi } from '../admin/api.ts';
import { isOurs, planInstallation, planRemoval, scriptAddress } from './address.ts';
import type { Arguments } from './arguments.ts';
import { type Change, change, listScriptTags, type ScriptTag } from './script-tags.ts';

/** The shop whose script tags are changed, and where our snippet is served. */
export interface Target {
  shop: string;
  handle: string;
  /** Without a trailing slash. */
  publicUrl: string;
  writeKey: string;
}

/**
 * Lists the script tags of a shop, then applies the requested changes, or only lists them.
 *
 * @param print receives each line of output; changes applied before an error have been printed.
 * @throws {ScriptTagError}, and `NoAnswer` from `api`.
 */
export async function workOnScriptTags(
  api: AdminApi,
  { shop, handle, publicUrl, writeKey }: Target,
  { action, isConfirmed, scope, options }: Arguments,
  print: (line: string) => void,
): Promise<void> {
  const tags = await listScriptTags(api);
  const ours = tags.filter((tag) => isOurs(tag, publicUrl));
  print(`${shop} (${handle}): ${tags.length} script tags, ${ours.length} of them ours`);
  for (const tag of tags)
    print(ours.includes(tag) ? `* ${describe(tag, true)}` : `  ${describe(tag, false)}`);
  if (action !== 'install' && action !== 'remove') return;
  const wanted = { src: scriptAddress(publicUrl, writeKey, options), scope };
  const plan = action === 'install' ? planInstallation(ours, wanted) : planRemoval(ours);
  if (plan.length === 0) return print(action === 'install' ? 'Already installed.' : 'Not installed.');
  for (const step of plan) {
    if (isConfirmed) print(`Done: ${describeChange(step)} (id ${word(await change(api, step))})`);
    else print(`Would ${describeChange(step)}`);
  }
  if (!isConfirmed) print('Nothing was changed. Add --yes to apply this.');
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

/** The query of other scripts is not shown: it may contain credentials. */
function shown(src: string, isItOurs: boolean): string {
  const url = URL.parse(src);
  if (!url) return '(not a URL)';
  return isItOurs ? url.href : `${url.origin}${url.pathname}${url.search && '?…'}`;
}

/** Removes control characters, so that data from outside cannot control the terminal. */
const word = (text: string) => text.replace(/[^\w-]/g, '?').slice(0, 64);
