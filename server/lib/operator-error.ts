/** An error that an operator can fix. Its message says what to do and holds no secret, so it is shown without a stack. */
export class OperatorError extends Error {
  override name = 'OperatorError';
}
