import * as fs from "node:fs";
import * as path from "node:path";
import { domainsTable } from "../postgres/sanitise/rules/domainsTable";
import { editorSchema } from "../postgres/sanitise/rules/editorSchema";

/**
 * Writes what is made of the transformations' domains: the schema for editors and the table in docs/rules.md.
 * `npx tsx scripts/rulesFiles.ts` after `postgres/sanitise/rules/` has changed.
 */
const project = path.join(__dirname, "..");
export const schemaFile = path.join(project, "rules", "schema.json");
const docsFile = path.join(project, "docs", "rules.md");

if (require.main === module) {
  fs.writeFileSync(schemaFile, `${JSON.stringify(editorSchema(), undefined, 2)}\n`);
  const table = `<!-- transformations -->\n\n${domainsTable()}\n\n<!-- /transformations -->`;
  const docs = fs.readFileSync(docsFile, "utf8");
  fs.writeFileSync(
    docsFile,
    docs.replace(/<!-- transformations -->[\s\S]*?<!-- \/transformations -->/, () => table),
  );
  console.log("written: rules/schema.json, docs/rules.md");
}
