import type { Message } from '../../shared/message.ts';
import { readNumber } from '../../shared/order-value.ts';
import type { JsonObject } from '../../shared/protected-event.ts';
import type { Note } from '../../shared/read-fields.ts';

const LINE_AMOUNT = /^properties\.(?:products\.\d+\.)?(?:price|quantity)$/;

/**
 * Where an amount of a line was left out because it could not be read, what is left has another sum: `value` is null, unless
 * the event states what it is worth.
 */
export function withholdSum(message: Message, notes: readonly Note[]): void {
  if (message.type !== 'track' || !message.properties) return;
  const { total, value, revenue } = message.properties as JsonObject;
  const isStated = [total, value, revenue].some((stated) => readNumber(stated) !== undefined);
  if (!isStated && notes.some(({ path, code }) => code === 'field-dropped' && LINE_AMOUNT.test(path)))
    message.properties.value = null;
}
