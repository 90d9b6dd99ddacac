/** The source name of calls the shop's own code makes. They always count. */
export const API = 'api';

/** What happens once while the address stays; anything else may happen again after a moment. */
export const ONCE_A_PAGE = /(View|Search|Start|Enter|Complet)ed$/;
/** Sources see a cart change before, at or after the shop's request for it. */
export const MOMENT_MS = 3000;

/** Sources that know less than the others of what they see, so they let the others speak first. */
export const PATIENT = /^(address|cart|json)/;
export const PATIENCE_MS = 1500;
