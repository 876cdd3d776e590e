import * as path from "node:path";

/** `<root>/<stack>-<generation>`. @throws when a name would lead out of `root`. */
export function reportFolder(root: string, stack: string, generation: string): string {
  for (const name of [stack, generation]) {
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) {
      throw new Error(`"${name}" cannot name a report's folder: letters, digits, "_", "-" and "." only`);
    }
  }
  return path.join(root, `${stack}-${generation}`);
}

/** The paths of a report's two views and of its event log. The files are there as soon as the first stage has begun. */
export function reportPaths(folder: string): { json: string; html: string; events: string } {
  return {
    json: path.join(folder, "report.json"),
    html: path.join(folder, "report.html"),
    events: path.join(folder, "events.jsonl"),
  };
}
