import { rows } from "../../postgres/connection";
import { cutOutbound } from "../../postgres/isolate";
import type { Proof } from "../../postgres/proof";
import type { StageDetails } from "../../report/model";
import { several } from "../../report/text";
import { withCopy } from "../copySession";
import { handoverStage, type HandoverInputs } from "../handoverStage";

/** Cuts everything in the copy that can reach out, in every database of the server. */
export const isolate = handoverStage<HandoverInputs>("isolate", async ({ from }, context) => {
  const databases = await withCopy(context, from, (copy) =>
    rows<{ datname: string }>(
      copy,
      "list the databases",
      "select datname from pg_catalog.pg_database where datallowconn and datname <> all ($1) order by datname",
      [context.platform.own.databases],
    ),
  );
  const cut: NonNullable<StageDetails["cut"]> = [];
  const proofs: Proof[] = [];
  for (const { datname } of databases) {
    const found = await withCopy(context, from, (copy) => cutOutbound(copy, context.log), datname);
    cut.push(...found.cut);
    proofs.push(...found.proofs);
  }
  return {
    summary: `${several(cut.length, "way out", "ways out")} cut in ${several(databases.length, "database")}`,
    proofs,
    details: { cut },
  };
});
