/** Waits for something that other threads and sockets bring about; fails with what was there instead. */
export async function eventually<T>(
  read: () => T | Promise<T>,
  isThere: (found: T) => boolean,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await read();
    if (isThere(found)) return found;
    if (performance.now() > deadline)
      throw new Error(`still not there: ${JSON.stringify(found)?.slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
