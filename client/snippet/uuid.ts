/** A random UUID (version 4) from a blob URL. Works in every browser; the first call takes milliseconds. */
export const blobUuid = () => URL.createObjectURL(new Blob()).slice(-36);

/** A random UUID. `crypto.randomUUID` is faster, but absent on plain http and in older browsers. */
export const uuid = (): string => crypto.randomUUID?.() || blobUuid();
