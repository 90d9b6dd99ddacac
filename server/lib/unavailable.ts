import { OperatorError } from './operator-error.ts';

/** A component cannot serve the call right now and changed nothing. The caller may retry. */
export class Unavailable extends OperatorError {
  override name = 'Unavailable';
  /** What the caller is answered; the message is for the log. */
  readonly answer: {
    code: 'not-stored' | 'search-unavailable';
    words: string;
  } = {
    code: 'not-stored',
    words: 'The event store is unavailable; nothing was stored.',
  };
}
