import type { CopySession } from "../../postgres/guard";
import { installFormerNumbers } from "../../postgres/sanitise/formerNumbers";
import type { MaskSpec } from "../../postgres/sanitise/plan";
import type { Subject } from "../../postgres/sanitise/subject";
import { compile } from "../../postgres/sanitise/transformations";
import { installWords } from "../../postgres/sanitise/words/install";
import { holdKey } from "../../postgres/sanitise/workspace";
import { asCopy } from "./copies";
import { withFunctions } from "./sanitise";
import { useScratchServer } from "./servers";

/** A session with the sanitiser's functions and words under a key, on a scratch server of the test file. */
export function useCopyWithFunctions(): (use: (copy: CopySession) => Promise<void>) => Promise<void> {
  const server = useScratchServer();
  return (use) =>
    server().as("postgres", async (session) => {
      const copy = await asCopy(session, server().handle);
      await withFunctions(copy);
      await installWords(copy);
      await use(copy);
    });
}

/** Makes these, digits alone, numbers that stood there before. */
export async function formerNumbers(copy: CopySession, numbers: string[]): Promise<void> {
  await copy.query(
    "insert into prodcopy.before select prodcopy.mark(v), 2, false from unnest($1::text[]) v",
    [numbers],
  );
  await copy.query(
    "update prodcopy.run_key set former = (select count(*) from prodcopy.before where kind = 2)",
  );
  await knowNumbers(copy);
}

/** What a session knows of former and of prepared numbers is as it is now. */
export async function knowNumbers(copy: CopySession): Promise<void> {
  await holdKey(copy);
  await installFormerNumbers(copy);
}

const baseTypes: Record<string, string> = {
  integer: "int4",
  bigint: "int8",
  smallint: "int2",
  "numeric(10,2)": "numeric",
  "timestamp with time zone": "timestamptz",
  "text[]": "text",
};

/** A value as masks see it; text unless `more` says otherwise. */
export const subject = (sql: string, more: Partial<Subject> = {}): Subject => ({
  sql,
  type: "text",
  family: "text",
  baseType: "text",
  elementFamily: "text",
  maxLength: undefined,
  exactCase: false,
  nested: false,
  ...more,
  ...(more.type === undefined ? {} : { baseType: baseTypes[more.type] ?? more.type }),
});

/** What a mask makes of values of a type, in order. */
export async function mask(
  copy: CopySession,
  spec: MaskSpec,
  values: unknown[],
  more: Partial<Subject> = {},
): Promise<string[]> {
  const type = more.type ?? "text";
  const functions: string[] = [];
  const sql = compile(spec, subject("v", more), {
    domain: "example.invalid",
    addFunction(make) {
      functions.push(make(`column_${functions.length}`));
      return `column_${functions.length - 1}`;
    },
  });
  for (const statement of functions) await copy.query(statement);
  const { rows } = await copy.query<{ out: string }>(
    `select (${sql})::text as out from unnest($1::text[]) with ordinality u(t, n), lateral (select t::${type} as v) c order by n`,
    [values],
  );
  return rows.map((row) => row.out);
}
