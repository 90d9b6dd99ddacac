import type { Notice, Storebeacon } from './api.ts';

/**
 * Adds the visitor's id to links to other hosts of the shop (`data-domains`, separated by spaces). The snippet there
 * accepts it for two minutes from a visitor who comes from one of these hosts, unless it has an id already.
 */
const { anonymousId, listen, options } = window.storebeacon as Storebeacon;
const hosts = options.domains?.split(' ');
let isAllowed = false;
listen((...[kind, consent]: Notice) => {
  if (kind === 'consent') isAllowed = Object.values(consent).includes(true);
});

const decorate = (event: Event) => {
  const link = (event.composedPath() as HTMLAnchorElement[]).find(
    ({ host }) => host && host !== location.host && hosts?.includes(host),
  );
  if (!link) return;
  // Edited as text: parsing could re-encode the other parameters, which may be signed. An id that somebody else put into
  // the link goes in any case.
  const others = link.search.replace(/([?&])_sb=[^&]*&?/, '$1').replace(/[?&]$/, '');
  if (isAllowed) link.search = `${others && `${others}&`}_sb=${anonymousId()}.${Date.now()}`;
  else if (link.search.includes('_sb=')) link.search = others;
};
document.addEventListener('click', decorate, true);
document.addEventListener('auxclick', decorate, true);
