import { CLICK_IDS } from '../../shared/click-ids.ts';

/** Of links in Customer.io's messages: the collector's statistics read it. */
const CUSTOMERIO_ID = '_cio_id';
const NAMES = ['utm_\\w+', ...CLICK_IDS.flatMap(({ parameter }) => parameter ?? []), CUSTOMERIO_ID];

/** The names of parameters that stay in addresses. The build puts the result in place of this file. */
export const KEPT_PARAMETERS = RegExp(`^(${NAMES.join('|')})$`, 'i');
