import type { Notice } from './api.ts';

const MAX_NOTICES = 100;
const notices: Notice[] = [];
const listeners: ((...notice: Notice) => void)[] = [];

/** Tells the companions. What one of them throws is its own business: told to them, it could go round for ever. */
export const tell = (...notice: Notice) => {
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
