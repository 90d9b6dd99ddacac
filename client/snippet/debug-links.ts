import { safely } from './debug/safely.ts';

const FLAG = 'sb_debug=1';

/**
 * Adds `sb_debug=1` to a link to another page of this shop when it is clicked, since nothing may be stored before the
 * visitor's choice. Links to other hosts and downloads stay unchanged. Loaded by `debug.js`.
 */
const follow = safely((event: Event) => {
  const [target] = event.composedPath() as [Element];
  const link = target.closest<HTMLAnchorElement>('a:not([download])');
  if (link?.href.startsWith(`${origin}/`) && !link.search.includes(FLAG))
    link.search += (link.search && '&') + FLAG;
});
if (location.search.includes(FLAG)) {
  addEventListener('click', follow, true);
  // The middle button opens a tab.
  addEventListener('auxclick', follow, true);
}
