import { randomBytes } from "node:crypto";
import { ident, row, rows, run, type Session } from "./connection";
import { mayBeSameServer, sameEndpoint, showEndpoint } from "./endpoints";
import { type CopySession, lookAtServer, type SeenServer } from "./guard";
import { proof, type Proof } from "./proof";

const markerPrefix = "prodcopy_marker_";

/** The platform's own identities of the two servers (RDS: DbiResourceId). */
export interface ResourceIds {
  copy: string;
  production: string;
}

/**
 * Proves, before one row is changed, that the copy is not production: resource ids, endpoints and directories differ, and
 * a marker that is written to the copy is not seen on production. Give it a read-only session on production's database of
 * the same name; without one, `notProven` says what is missing and what is relied on instead. Leaves nothing behind.
 * @throws when anything is the same, or when production's session may write or leads to another database.
 */
export async function verifyCopy(
  copy: CopySession,
  production?: Session,
  ids?: ResourceIds,
): Promise<{ proofs: Proof[]; notProven: string[] }> {
  const proofs: Proof[] = [];
  const notProven: string[] = [];
  if (ids) proofs.push(proveIds(ids));
  if (production === undefined) {
    notProven.push(
      "That a marker written to the copy is not seen on production: production could not be read, for its credential is " +
        "not known here. Relied on instead: the guard's look at this connection, and that each restore is a new server.",
    );
    return { proofs, notProven };
  }
  await assertReadsProduction(copy, production);
  const [own, theirs] = [await lookAtServer(copy), await lookAtServer(production)];
  proofs.push(proveOtherServer(own, theirs));
  if (theirs.standby) {
    notProven.push(
      "That a marker written to the copy is not seen on production: the session on production leads to a standby, which " +
        "may lag behind. Give the primary's address to have it proven.",
    );
  } else {
    proofs.push(await proveMarkerUnseen(copy, production));
  }
  notProven.push(await systemIdentifiers(copy, production));
  return { proofs, notProven };
}

function proveIds({ copy, production }: ResourceIds): Proof {
  if (copy === production) {
    throw new Error(
      `refused: the copy and production are one resource (${copy}); nothing was changed. Look up which server the stack names`,
    );
  }
  return proof("The copy is another resource than production.", `${copy} is not ${production}`);
}

async function assertReadsProduction(copy: Session, production: Session): Promise<void> {
  const question = `select pg_catalog.current_database() as database,
                           pg_catalog.current_setting('transaction_read_only') as read_only`;
  const own = await row<{ database: string }>(copy, "ask the copy for its database", question);
  const theirs = await row<{ database: string; read_only: string }>(
    production,
    "ask production for its database",
    question,
  );
  if (theirs.read_only !== "on") {
    throw new Error("refused: the session on production may write; open it read-only. Nothing was changed");
  }
  if (theirs.database !== own.database) {
    throw new Error(
      `the session on production is in database "${theirs.database}" and the copy's in "${own.database}": a marker would ` +
        "not be seen there whatever the server is. Nothing was changed. Give the same database for both",
    );
  }
}

function proveOtherServer(own: SeenServer, theirs: SeenServer): Proof {
  const routes = (seen: SeenServer) => (seen.server ? [seen.server, ...seen.dialled] : seen.dialled);
  const certified = own.certificate !== undefined && theirs.certificate !== undefined;
  const alike = certified ? sameEndpoint : mayBeSameServer;
  const shared = routes(own).find((one) => routes(theirs).some((other) => alike(one, other)));
  const same =
    (shared && `endpoint ${showEndpoint(shared)}`) ||
    (certified ? sharedCertificate(own, theirs) : sharedPlace(own, theirs));
  if (same) {
    throw new Error(
      `refused: the copy's session and production's lead to one server (the same ${same}). Nothing was changed. Look up ` +
        "which addresses the stack was given",
    );
  }
  const show = (seen: SeenServer) => routes(seen).map(showEndpoint).join(" ") || "a Unix socket";
  return proof("The copy is another server than production.", `${show(own)} is not ${show(theirs)}`);
}

/** All of RDS has one data directory and no cluster name: servers with certificates of their own are told apart by those. */
function sharedCertificate(own: SeenServer, theirs: SeenServer): string | undefined {
  const same = own.certificate?.fingerprint === theirs.certificate?.fingerprint;
  return same ? `certificate, for ${own.certificate?.names.join(" and ")}` : undefined;
}

function sharedPlace(own: SeenServer, theirs: SeenServer): string | undefined {
  if (own.dataDirectory !== undefined && own.dataDirectory === theirs.dataDirectory) return "data directory";
  return own.clusterName !== undefined && own.clusterName === theirs.clusterName ? "cluster_name" : undefined;
}

/** A schema with a random name: every user sees it in the catalogue of the database in which it is, and in no other. */
async function proveMarkerUnseen(copy: CopySession, production: Session): Promise<Proof> {
  const marker = markerPrefix + randomBytes(12).toString("hex");
  await removeMarkers(copy);
  await run(
    copy,
    "write a marker to the copy",
    `create schema ${ident(marker)} create table marker (written_at timestamptz)`,
  );
  try {
    await run(
      copy,
      "write a marker to the copy",
      `insert into ${ident(marker)}.marker values (pg_catalog.now())`,
    );
    if (!(await sees(copy, marker))) {
      throw new Error("the marker that was written to the copy is not seen there, so it proves nothing");
    }
    if (await sees(production, marker)) {
      throw new Error(
        "refused: a marker written to the copy is seen on production, so they are one database. The marker is removed " +
          "again; nothing else was changed",
      );
    }
  } finally {
    await removeMarkers(copy);
  }
  return proof(
    "A marker written to the copy is not seen on production.",
    `schema ${marker}: seen on the copy, not on production; removed again`,
  );
}

async function sees(session: Session, schema: string): Promise<boolean> {
  const found = await rows(
    session,
    "look for the marker",
    "select from pg_catalog.pg_namespace where nspname = $1",
    [schema],
  );
  return found.length > 0;
}

/** Also those that a killed verification left. */
async function removeMarkers(copy: CopySession): Promise<void> {
  const left = await rows<{ name: string }>(
    copy,
    "look for markers",
    "select nspname as name from pg_catalog.pg_namespace where pg_catalog.starts_with(nspname, $1)",
    [markerPrefix],
  );
  for (const { name } of left) await run(copy, "remove a marker", `drop schema ${ident(name)} cascade`);
}

/** Said so that nobody takes it for a proof, either way. */
async function systemIdentifiers(copy: Session, production: Session): Promise<string> {
  const read = async (session: Session) => {
    const found = await rows<{ id: string }>(
      session,
      "read the system identifier",
      "select system_identifier::text as id from pg_catalog.pg_control_system()",
    ).catch(() => []);
    return found[0]?.id;
  };
  const [own, theirs] = [await read(copy), await read(production)];
  const seen =
    own === undefined || theirs === undefined ? "not readable" : own === theirs ? "equal" : "different";
  return `The system identifiers of copy and production are ${seen}, which proves nothing: a physical restore keeps production's.`;
}
