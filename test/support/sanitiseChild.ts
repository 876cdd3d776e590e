import * as fs from "node:fs/promises";
import type { ConnectionTarget } from "../../postgres/connection";
import { assertIsCopy, type ServerIdentity } from "../../postgres/guard";
import { sanitiseWith } from "./sanitise";

/** A sanitiser in a process of its own, to be killed: reads what to do from a file, prints its progress. */
interface Order {
  target: ConnectionTarget;
  expected: ServerIdentity;
  forbidden: ServerIdentity;
  rules: string;
  workers: number;
}

async function main(): Promise<void> {
  const order = JSON.parse(await fs.readFile(process.argv[2] ?? "", "utf8")) as Order;
  const lines: string[] = [];
  lines.push = (line: string) => {
    process.stdout.write(`${line}\n`);
    return 0;
  };
  await sanitiseWith(
    order.target,
    (session) => assertIsCopy(session, order.expected, [order.forbidden]),
    order.rules,
    lines,
    order.workers,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
