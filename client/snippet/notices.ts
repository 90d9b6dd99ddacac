import type { Notice } from './api.ts';

const MAX_NOTICES = 100;
const notices: Notice[] = [];
const listeners: ((...notice: Notice) => void)[] = [];

/** Passes a notice to every listener. Their errors are dropped: reported as notices, they could loop for ever. */
export const emit = (...notice: Notice) => {
  if (notices.push(notice) > MAX_NOTICES) notices.shift();
  for (const listener of listeners) {
    try {
      listener(...notice);
    } catch {}
  }
};

export const listen = (listener: (...notice: Notice) => void) => {
  listeners.push(listener);
  for (const notice of notices) listener(...notice);
};
