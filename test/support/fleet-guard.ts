/** Preloaded into every process of a fleet: when whoever started it is gone, even by SIGKILL, it goes too. */
process.on('disconnect', () => process.exit(1));
// Waiting for that is no reason to stay.
process.channel?.unref();
