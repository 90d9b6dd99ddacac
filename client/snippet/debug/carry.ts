import { safely } from './safely.ts';

export const FLAG = 'sb_debug=1';

/**
 * Takes `sb_debug=1` along to the next page of this shop, in the address of the link that is followed: storage may
 * not be written before the visitor's choice. Addresses of others and downloads stay as they are.
 */
export const follow = safely((event: Event) => {
  const [target] = event.composedPath() as [Element];
  const link = target.closest<HTMLAnchorElement>('a:not([download])');
  if (link?.href.startsWith(`${origin}/`) && !link.search.includes(FLAG))
    link.search += (link.search && '&') + FLAG;
});
