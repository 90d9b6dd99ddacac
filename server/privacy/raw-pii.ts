import { isObject } from '../../shared/is-object.ts';
import type { Message } from '../../shared/message.ts';
import type { JsonObject, RawPii } from '../../shared/protected-event.ts';
import { containerOf, fieldOf, isSecret } from './fields.ts';
import { MESSAGE_LIMITS } from './finding.ts';
import { fits } from './forms.ts';
import { isSha256 } from './hash.ts';
import { normalizeEmail, normalizePhone, textOf } from './normalize.ts';
import { phoneOfId } from './protect-id.ts';

/** The user and previous ids that are emails, normalised, or phones, as sent. */
export function rawIds(message: Message, country: string): RawPii {
  const contactOf = (id: unknown) =>
    normalizeEmail(id) ?? (typeof id === 'string' && phoneOfId(id, country) ? id.trim() : undefined);
  const userId = contactOf(message.userId);
  const previousId = contactOf(message.previousId);
  return { ...(userId && { userId }), ...(previousId && { previousId }) };
}

/**
 * The personal fields of traits as sent, including whole persons and addresses; digests and invalid values are omitted,
 * and so is what exceeds the personal values of one message.
 */
export function personalTraits(traits: Record<string, unknown>, country: string): JsonObject | undefined {
  const personal: Record<string, unknown> = {};
  let values = 0;
  for (const [key, value] of Object.entries(traits)) {
    const field = fieldOf(key, true);
    const text = textOf(value);
    if (typeof value === 'object' && value !== null) {
      if (containerOf(key)) personal[key] = withoutSecrets(value);
    } else if (
      field &&
      !isSecret(field.kind) &&
      fits(field, value) &&
      text &&
      !isSha256(text) &&
      ++values <= MESSAGE_LIMITS.personalValues
    ) {
      if (field.kind === 'email') personal[key] = normalizeEmail(text);
      else if (field.kind !== 'phone' || normalizePhone(text, country)) personal[key] = value;
    }
  }
  const plain: JsonObject = JSON.parse(JSON.stringify(personal));
  return Object.keys(plain).length > 0 ? plain : undefined;
}

/** A copy without passwords, cards and the like, which reach no destination. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !isSecretField(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutSecrets(inner)]));
}

function isSecretField(key: string): boolean {
  const field = fieldOf(key, true);
  return field !== undefined && isSecret(field.kind);
}
