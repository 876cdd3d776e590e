import { ident, literal, row, run, type Session } from "../../../postgres/connection";
import { proof, type Proof } from "../../../postgres/proof";
import { scramVerifier } from "../../../postgres/scram";
import { requireCopy } from "../copy";
import type { LocalHome } from "../home";
import { withCopyServer } from "./session";

/** By the platform's own way in, without knowing the earlier password; the statement carries a verifier. */
export async function setAdminPassword(home: LocalHome, copyId: string, password: string): Promise<Proof[]> {
  const copy = await requireCopy(home, copyId);
  const { adminUser } = copy.record;
  return withCopyServer(copy, "postgres", async (session) => {
    const verifier = scramVerifier(password);
    const before = await storedVerifier(copyId, adminUser, session);
    await run(
      session,
      "set the administrator's password",
      `alter role ${ident(adminUser)} with login password ${literal(verifier)}`,
    );
    if ((await storedVerifier(copyId, adminUser, session)) !== verifier || before === verifier) {
      throw new Error(
        `the password of ${JSON.stringify(adminUser)} on the copy ${copyId} was set, but the server does not show it`,
      );
    }
    return [
      proof(
        "The administrator has a new password on the copy, set without knowing the earlier one.",
        `the stored verifier of ${JSON.stringify(adminUser)} is the one that was sent, and differs from the one before`,
      ),
    ];
  });
}

async function storedVerifier(copyId: string, role: string, session: Session): Promise<string | null> {
  const { verifier } = await row<{ verifier: string | null }>(
    session,
    `read the administrator's role on the copy ${copyId}`,
    "select rolpassword as verifier from pg_catalog.pg_authid where rolname = $1",
    [role],
  );
  return verifier;
}
