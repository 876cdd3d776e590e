import type { Log, Proof } from "../../../postgres/proof";
import { proveSettings } from "../../../postgres/serverSettings";
import { requireCopy } from "../copy";
import type { LocalHome } from "../home";
import { stopServer } from "../server";
import { saveRecord } from "../server/record";
import { setAdmission } from "./admission";
import { withCopyServer } from "./session";
import { workingProofs, workingSettings } from "./settings";

/**
 * Ends the quarantine: working settings with one restart, then the application's login to its own database. Called again it
 * only proves.
 */
export async function openCopy(
  home: LocalHome,
  copyId: string,
  applicationUser: string,
  log: Log,
): Promise<Proof[]> {
  const copy = await requireCopy(home, copyId);
  const settings = workingSettings(copy.record.settings);
  if (JSON.stringify(settings) !== JSON.stringify(copy.server.settings)) {
    log("restarting the copy with its working settings");
    // Stopped before the record changes: what stands in the record is what the next start takes.
    await stopServer(copy.dir);
    copy.server = { ...copy.server, settings };
    await saveRecord(copy.server);
  }
  const working = await withCopyServer(copy, "postgres", (session) =>
    proveSettings(session, "The copy runs with its working settings.", workingProofs),
  );
  log(`admitting ${JSON.stringify(applicationUser)} to ${JSON.stringify(copy.record.database)}`);
  return [working, ...(await setAdmission(copy, "open", applicationUser))];
}
