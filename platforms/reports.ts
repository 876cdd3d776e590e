import { localHome } from "./local/home";

/** Where runs leave their reports: on the machine that runs them, on every platform. */
export function reportsRoot(): string {
  return localHome().reports;
}
