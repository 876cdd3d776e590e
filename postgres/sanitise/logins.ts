import { pbkdf2Sync, randomBytes } from "node:crypto";
import { ident, qualified, row, run, withTransaction } from "../connection";
import type { CopySession } from "../guard";
import type { TestLogin } from "./plan";
import { withoutTriggers } from "./triggers";

/** An account that keeps a way in, with the password of this run. For the secret store, never for a log. */
export interface TestLoginResult {
  /** The account, as the rules name it: the value that its row was found by. */
  name: string;
  password: string;
}

/** Django's own default of version 5.2; its next login may raise it. */
const iterations = 1_000_000;

/** `pbkdf2_sha256$iterations$salt$hash`, as Django stores it. */
export function djangoPassword(password: string, salt: string, rounds = iterations): string {
  const hash = pbkdf2Sync(password, salt, rounds, 32, "sha256").toString("base64");
  return `pbkdf2_sha256$${rounds}$${salt}$${hash}`;
}

/**
 * Gives each test login a new random password. Run again, each gets another one: whoever was killed in between never told the first.
 * @throws when the row is not there exactly once.
 */
export async function setTestLogins(copy: CopySession, logins: TestLogin[]): Promise<TestLoginResult[]> {
  const results: TestLoginResult[] = [];
  await withTransaction(copy, async () => {
    for (const login of logins) {
      const password = randomBytes(18).toString("base64url");
      const table = qualified(login.schema, login.table);
      const doing = `setting the test login in ${login.schema}.${login.table}`;
      const { oid } = await row<{ oid: number }>(copy, doing, "select $1::regclass::oid::int as oid", [
        table,
      ]);
      let changed = 0;
      await withoutTriggers(copy, [oid], async () => {
        changed = await run(
          copy,
          doing,
          `update ${table} set ${ident(login.passwordColumn)} = $1 where ${ident(login.match.column)}::text = $2`,
          [djangoPassword(password, randomBytes(12).toString("hex")), login.match.value],
        );
      });
      if (changed !== 1) {
        throw new Error(
          `the rules name a test login in ${login.schema}.${login.table} where ${login.match.column} is "${login.match.value}", and ${changed} rows are found by that after masking. ` +
            "Name a column whose value the rules keep, and a row that is there",
        );
      }
      results.push({ name: login.match.value, password });
    }
  });
  return results;
}
