import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { z } from "zod";
import { say } from "./say";
import { askPulumi, type Stack } from "./stack";

/** What Pulumi's file backend writes into `.pulumi/locks/organization/<project>/<stack>/<id>.json`. */
const holderShape = z.object({ pid: z.number(), hostname: z.string(), timestamp: z.string() });
type Holder = z.infer<typeof holderShape>;

/**
 * Makes sure that nobody works on the stack: a lock whose run no longer lives is given up, as `pulumi cancel` does.
 * @throws while a run holds it that lives, or may live on another machine.
 */
export async function freeStackLock(stack: Stack): Promise<void> {
  const holders = readHolders(stack);
  const busy = holders.find((holder) => !hasEnded(holder));
  if (busy !== undefined) {
    throw new Error(
      `Another run is at work on the stack ${stack.name} since ${busy.timestamp}: process ${busy.pid} on ${busy.hostname}. ` +
        "Nothing was changed. Wait until it is through (`npx prodcopy status` shows how far it is), then try again.",
    );
  }
  if (holders.length === 0) return;
  say(
    `The stack is still locked by a run that has ended (process ${holders[0]?.pid}): its lock is given up, this run goes on.`,
  );
  await askPulumi(stack, ["cancel", "--yes", "--stack", stack.name]);
}

function readHolders({ backend, name }: Stack): Holder[] {
  const root = path.join(backend, ".pulumi", "locks");
  if (!fs.existsSync(root)) return [];
  return fs
    .readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json") && path.basename(path.dirname(file)) === name)
    .flatMap((file) => {
      try {
        return [holderShape.parse(JSON.parse(fs.readFileSync(path.join(root, file), "utf8")))];
      } catch {
        // It has gone in the meantime; one that cannot be read is left to Pulumi's own message.
        return [];
      }
    });
}

/** Only of this machine's processes it can be said that they have ended. */
function hasEnded({ pid, hostname }: Holder): boolean {
  if (hostname !== os.hostname()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  // The number may have been given to another program since.
  const command = `/proc/${pid}/comm`;
  return fs.existsSync(command) && !fs.readFileSync(command, "utf8").startsWith("pulumi");
}
