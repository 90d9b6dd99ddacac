import type { Notice, Storebeacon } from './api.ts';

/**
 * Adds the visitor's id to links to other hosts of the shop (`data-domains`, separated by spaces). The snippet there
 * accepts it for two minutes, unless it has an id already.
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
  if (!link || !isAllowed) return;
  // Edited as text: parsing could re-encode the other parameters, which may be signed.
  const others = link.search.replace(/([?&])_sb=[^&]*&?/, '$1').replace(/[?&]$/, '');
  link.search = `${others && `${others}&`}_sb=${anonymousId()}.${Date.now()}`;
};
document.addEventListener('click', decorate, true);
document.addEventListener('auxclick', decorate, true);
