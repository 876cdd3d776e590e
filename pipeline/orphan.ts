/** How often it looks, in milliseconds. */
const everyMs = 250;

/**
 * Ends this process when the one that started it is gone. After kill -9 of the CLI its provider would work on, unseen, beside
 * the next run's; every stage may be killed at any moment and run again, so it ends here and now instead.
 */
export function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, everyMs).unref();
}
