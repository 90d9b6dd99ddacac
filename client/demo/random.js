/** Opaque text of the given length; nothing rests on how evenly its letters fall. */
export const randomText = (length, letters) =>
  Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => letters[byte % letters.length]).join(
    '',
  );

export const randomDigits = (length) => randomText(length, '0123456789');
