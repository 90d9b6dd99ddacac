/** Source name of calls made by the shop's own code. They are always sent. */
export const API = 'api';

/** Events that count once per URL. Any other event may repeat after `REPEAT_WINDOW_MS`. */
export const ONCE_PER_URL = /(View|Search|Start|Enter|Complet)ed$/;
/** Sources report a cart change before, during or after the shop's request for it. */
export const REPEAT_WINDOW_MS = 3000;

/** Sources with less detail than others. Their reports are deferred, so that a better source can report first. */
export const DEFERRED = /^(address|cart|json)/;
export const DEFER_MS = 1500;
