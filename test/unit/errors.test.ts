import assert from "node:assert/strict";
import { DatabaseError, safeDatabaseError } from "../../postgres/errors";

const planted = "jane.doe@real.example";

/** Errors as `pg` throws them, with a value wherever PostgreSQL puts one. */
const errors: Record<string, object> = {
  "a check": {
    severity: "ERROR",
    code: "23514",
    message: `new row for relation "member" violates check constraint "c"`,
    detail: `Failing row contains (1, ${planted}).`,
    schema: "public",
    table: "member",
    constraint: "c",
  },
  "a unique key": {
    severity: "ERROR",
    code: "23505",
    message: "duplicate key value violates unique constraint",
    detail: `Key (email)=(${planted}) already exists.`,
    constraint: "member_email_key",
  },
  "a cast": {
    severity: "ERROR",
    code: "22P02",
    message: `invalid input syntax for type integer: "${planted}"`,
  },
  "a syntax error": { severity: "ERROR", code: "42601", message: `syntax error at or near "${planted}"` },
  "a raise": { severity: "ERROR", code: "P0001", message: `mail to ${planted} failed` },
  "an internal error": { severity: "ERROR", code: "XX000", message: planted },
  "a context": {
    severity: "ERROR",
    code: "22001",
    message: "value too long for type character varying(3)",
    where: `COPY member, line 1, column email: "${planted}"`,
    internalQuery: `select '${planted}'`,
  },
};

describe("an error of the database", () => {
  for (const [what, error] of Object.entries(errors)) {
    it(`shows no value: ${what}`, () => {
      const safe = safeDatabaseError(Object.assign(new Error(), error), "mask public.member");
      const shown = `${safe.stack} ${JSON.stringify(safe)} ${JSON.stringify(safe.cause)}`;
      assert.doesNotMatch(shown, /jane/);
      assert.match(safe.message, /^mask public\.member failed: /);
      assert.equal(safe.code, (error as { code: string }).code);
    });
  }

  it("says what it is about by name", () => {
    const safe = safeDatabaseError(errors["a check"], "mask");
    assert.match(safe.message, /SQLSTATE 23514; table public\.member, constraint c\)/);
  });

  it("keeps the words of harmless classes, and of the network", () => {
    const missing = { severity: "ERROR", code: "42P01", message: 'relation "x" does not exist' };
    assert.match(safeDatabaseError(missing, "read").message, /relation "x" does not exist/);
    const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" });
    assert.match(
      safeDatabaseError(refused, "connect").message,
      /ECONNREFUSED 127\.0\.0\.1:1 \(ECONNREFUSED\)$/,
    );
  });

  it("stays as it is when it is safe already", () => {
    const safe = new DatabaseError("words", "42P01");
    assert.equal(safeDatabaseError(safe, "other"), safe);
  });

  it("takes whatever is thrown", () => {
    for (const thrown of [undefined, null, "text", 7]) {
      assert.match(safeDatabaseError(thrown, "read").message, /^read failed: .*\(unknown\)/);
    }
  });
});
