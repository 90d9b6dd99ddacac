import { OperatorError } from './operator-error.ts';

/** A component cannot serve the call right now and changed nothing. The caller may retry. */
export class Unavailable extends OperatorError {
  override name = 'Unavailable';
}
