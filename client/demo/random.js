/** Random text of the given length, not evenly distributed. */
export const randomText = (length, characters) =>
  Array.from(
    crypto.getRandomValues(new Uint8Array(length)),
    (byte) => characters[byte % characters.length],
  ).join('');

export const randomDigits = (length) => randomText(length, '0123456789');
