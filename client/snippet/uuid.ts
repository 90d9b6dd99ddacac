/** A random UUID (version 4), anywhere: every browser names a blob by one. Its first takes a page milliseconds. */
export const blobUuid = () => URL.createObjectURL(new Blob()).slice(-36);

/** The same at once, where `crypto.randomUUID` is there: it is missing on plain http and in older browsers. */
export const uuid = (): string => crypto.randomUUID?.() || blobUuid();
