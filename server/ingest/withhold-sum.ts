import type { Message } from '../../shared/message.ts';
import { readNumber, readProducts } from '../../shared/order-value.ts';
import type { Json, JsonObject } from '../../shared/protected-event.ts';
import type { Note } from '../../shared/read-fields.ts';

const LINE_AMOUNT = /^properties\.(?:products\.\d+\.)?(?:price|quantity)$/;

/**
 * Where an amount of a line was left out because it could not be read, or is larger than any that can be read, what is left
 * has another sum: `value` is null, unless the event states what it is worth.
 */
export function withholdSum(message: Message, notes: readonly Note[]): void {
  if (message.type !== 'track' || !message.properties) return;
  const properties = message.properties as JsonObject;
  const { total, value, revenue } = properties;
  if ([total, value, revenue].some(isNumber)) return;
  const isLeftOut = notes.some(({ path, code }) => code === 'field-dropped' && LINE_AMOUNT.test(path));
  if (isLeftOut || readProducts(properties).some(hasNoSum)) message.properties.value = null;
}

const isNumber = (stated: Json | undefined) => readNumber(stated) !== undefined;
const hasNoSum = ({ price, quantity }: JsonObject) =>
  [price, quantity].some((stated) => typeof stated === 'number' && !isNumber(stated));
