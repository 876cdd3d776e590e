import Mocha from "mocha";

/**
 * Skips the running test, or from a `before` hook every test of its suite, and says why: the reason stands in the results
 * and again at the end. A machine that cannot prove something must not be silent about it.
 */
export function skipBecause(context: Mocha.Context, reason: string): never {
  const runnable = context.test;
  const mark = (test: Mocha.Runnable) => (test.title += ` [${reason}]`);
  if (runnable instanceof Mocha.Test) mark(runnable);
  else runnable?.parent?.eachTest(mark);
  return context.skip();
}
