/** How often a line is worth reading, in milliseconds. */
const everyMs = 10_000;

/** How far a phase is by the bytes of its tables, and how long the rest takes at the rate so far. */
export class Progress {
  private readonly total: number;
  private readonly started: number;
  private said: number;
  private bytes = 0;
  private tables = 0;

  /** @param now for tests: milliseconds of a clock. */
  constructor(
    private readonly sizes: readonly number[],
    private readonly now: () => number = Date.now,
  ) {
    this.started = this.said = now();
    this.total = sizes.reduce((sum, one) => sum + one, 0);
  }

  /** One more table is done. A line such as `3 of 41 tables, 120 of 442 MB, about 40 s left`, at most every ten seconds. */
  done(bytes: number): string | undefined {
    this.bytes += bytes;
    this.tables += 1;
    if (this.now() - this.said < everyMs) return undefined;
    this.said = this.now();
    return `${this.tables} of ${this.sizes.length} tables, ${megabytes(this.bytes)} of ${megabytes(this.total)} MB${this.left()}`;
  }

  /** `, about 40 s left`; empty while there is nothing to judge by, and at the end. */
  left(): string {
    const seconds = (this.now() - this.started) / 1000;
    if (this.bytes === 0 || seconds < 1) return "";
    const left = ((this.total - this.bytes) * seconds) / this.bytes;
    return left < 1 ? "" : `, about ${duration(left)} left`;
  }
}

function megabytes(bytes: number): string {
  return Math.round(bytes / 1e6).toLocaleString("en");
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
