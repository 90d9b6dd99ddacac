/**
 * A random UUID (version 4): every browser names a blob by one. `crypto.randomUUID` is missing on plain http and in
 * older browsers, and this is a tenth of a replacement.
 */
export const uuid = () => URL.createObjectURL(new Blob()).slice(-36);
