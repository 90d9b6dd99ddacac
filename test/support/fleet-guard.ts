/** Preloaded into every process of a fleet: ends it when its parent has ended, even by SIGKILL. */
process.on('disconnect', () => process.exit(1));
// Waiting for that is no reason to stay.
process.channel?.unref();
