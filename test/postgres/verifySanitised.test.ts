import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import { runCli, type Finished } from "../support/cli";
import { canaries, fingerprint, makeDatabase, makeWorkFolder, rules, urlOf } from "../support/sanitiseCli";
import { useScratchServer } from "../support/servers";

interface Printed {
  verdict: string;
  findings: {
    check: string;
    table: string;
    column: string;
    kind: string;
    count: number;
    exampleKey: string;
  }[];
  compared: { rows: number; keptColumns: number; maskedCells: number; identifying: number };
}

describe("prodcopy verify-sanitised", function () {
  this.timeout(120_000);
  const server = useScratchServer();
  let work: ReturnType<typeof makeWorkFolder>;
  before("an original and its sanitised copy", async () => {
    // An address that is no person's stays by rule.
    work = makeWorkFolder(
      rules.replace('"E-mail": email', '"E-mail": { with: email, keep_values: [office@firm.example.com] }'),
    );
    await makeDatabase(server(), "original");
    await server().as("original", (s) =>
      s.query(`update "Odd ""people""" set "E-mail" = 'office@firm.example.com' where id = 3`),
    );
    await server().as("postgres", (s) => s.query("create database copy template original"));
    const ran = await runCli(["sanitise", "--rules", work.file, "--confirm", "copy"], {
      DATABASE_URL: urlOf(server(), "copy"),
      PRODCOPY_HOME: work.home,
    });
    assert.equal(ran.code, 0, ran.err);
  });
  after(() => fs.rmSync(work.folder, { recursive: true }));

  async function verify(
    database = "copy",
    source: string | null = "original",
  ): Promise<Finished & { printed: Printed }> {
    const env: Record<string, string> = { DATABASE_URL: urlOf(server(), database) };
    if (source !== null) env.SOURCE_DATABASE_URL = urlOf(server(), source);
    const ran = await runCli(["verify-sanitised", "--rules", work.file, "--json"], env);
    for (const canary of [...Object.values(canaries), server().adminPassword]) {
      assert.ok(!(ran.out + ran.err).includes(canary), `${canary} was printed`);
    }
    return { ...ran, printed: JSON.parse(ran.out) as Printed };
  }
  /** Changes the copy, verifies it, puts it back. */
  async function broken(statement: string, source?: string | null): Promise<Printed> {
    const name = "broken";
    await server().as("postgres", (s) => s.query(`drop database if exists ${name}`));
    await server().as("postgres", (s) => s.query(`create database ${name} template copy`));
    await server().as(name, (s) => s.query(statement));
    const { code, printed } = await verify(name, source);
    assert.equal(printed.verdict, "failed");
    assert.equal(code, 1);
    return printed;
  }
  const found = ({ findings }: Printed, check: string) =>
    findings
      .filter((one) => one.check === check)
      .map((one) => `${one.table}.${one.column} ${one.count} ${one.exampleKey}`.trim());

  it("passes a sanitised database, and changes neither it nor the original", async () => {
    const before = [await server().as("copy", fingerprint), await server().as("original", fingerprint)];
    const { code, printed, out } = await verify();
    assert.equal(code, 0, out);
    assert.equal(Object.keys(printed)[0], "verdict");
    assert.deepEqual([printed.verdict, printed.findings], ["passed", []]);
    assert.deepEqual(
      { ...printed.compared, identifying: printed.compared.identifying > 150 },
      {
        rows: 400,
        keptColumns: 5,
        maskedCells: 600,
        identifying: true,
      },
    );
    assert.deepEqual(
      [await server().as("copy", fingerprint), await server().as("original", fingerprint)],
      before,
    );
  });

  it("fails the original itself, on what stands in it alone", async () => {
    const { code, printed } = await verify("original", null);
    assert.equal(code, 1);
    assert.ok(
      found(printed, "patterns").some((one) => one.startsWith('Odd "people".E-mail')),
      JSON.stringify(printed),
    );
    assert.deepEqual(found(printed, "rows"), ["token. 20"]);
  });

  it("does not take a database for sanitised because its addresses are: no finished run is recorded there", async () => {
    const printed = await broken("drop schema prodcopy cascade", null);
    assert.deepEqual(found(printed, "unfinished"), ["journal. 1"]);
    assert.match(printed.findings[0]?.kind ?? "", /no finished run is recorded .* set SOURCE_DATABASE_URL/);
    assert.equal((await verify("copy", null)).printed.verdict, "passed");
  });

  it("finds an address of the original in running text, by its place and row", async () => {
    const printed = await broken(
      `update orders set contact = 'ask Person9@real-mail.example.org, please' where id = 4`,
    );
    assert.deepEqual(
      found(printed, "identifying").map((one) => one.replace(/\(.*\)/, "()")),
      ["orders.contact 1 ctid ()"],
    );
  });

  it("finds masked cells that are as they were, kept ones that are not, and rows that are missing", async () => {
    const printed = await broken(`
      update "Odd ""people""" set "Last" = 'Family5' where id = 5;
      update "Odd ""people""" set kind = 'other' where id = 6;
      delete from orders where id = 8`);
    assert.deepEqual(found(printed, "masked"), ['Odd "people".Last 1 id = 5']);
    assert.deepEqual(found(printed, "kept"), ['Odd "people".kind 1']);
    assert.deepEqual(found(printed, "rows"), ["orders. 1"]);
  });

  it("finds a column that nobody classified, and what an unfinished run left", async () => {
    const printed = await broken(
      "alter table orders add remark text; create table prodcopy.run_key (key text)",
      null,
    );
    assert.match(
      JSON.stringify(printed.findings.filter((one) => one.check === "coverage")),
      /orders.*remark/,
    );
    assert.deepEqual(found(printed, "unfinished"), ["run_key. 1"]);
  });

  it("finds what stands in code, definitions, comments and large objects", async () => {
    const places = `
      create function ask() returns text language sql as $$ select 'Person9@real-mail.example.org' $$;
      create view one as select 1 as n where 'person10@real-mail.example.org' <> '';
      alter table orders alter contact set default 'person11@real-mail.example.org';
      comment on column orders.placed is 'person12@real-mail.example.org knows';
      create foreign data wrapper w; create server s foreign data wrapper w options (contact 'person13@real-mail.example.org');
      alter database broken set my.contact = 'person14@real-mail.example.org';
      select lo_from_bytea(0, 'person15@real-mail.example.org');
`;
    const expected = [
      "comment on column placed of table public.orders",
      "data",
      "default of public.orders",
      "function public.ask()",
      "options of foreign server s",
      "setting of database broken",
      "view public.one",
    ];
    const columns = (printed: Printed, check: string) =>
      [
        ...new Set(
          printed.findings
            .filter((one) => one.check === check)
            .map((one) => one.column.replace(/^object \d+$/, "data")),
        ),
      ].sort();
    const printed = await broken(places);
    assert.deepEqual(columns(printed, "patterns"), expected);
    assert.deepEqual(columns(printed, "identifying"), expected);
  });

  it("compares every row, or says how many it compared", async () => {
    const printed = JSON.parse(
      (
        await runCli(["verify-sanitised", "--rules", work.file, "--json", "--sample", "50"], {
          DATABASE_URL: urlOf(server(), "copy"),
          SOURCE_DATABASE_URL: urlOf(server(), "original"),
        })
      ).out,
    ) as Printed & { notProven: string[] };
    assert.equal(printed.verdict, "passed");
    assert.ok(printed.compared.maskedCells > 0 && printed.compared.maskedCells < 600);
    assert.match(
      printed.notProven.join("\n"),
      /orders: that masked cells differ in every row; one row of 4 was compared/,
    );
    assert.doesNotMatch(((await verify()).printed as typeof printed).notProven.join("\n"), /one row of/);
  });

  it("refuses the database itself as its original, and needs no right to write", async () => {
    const env = { DATABASE_URL: urlOf(server(), "copy"), SOURCE_DATABASE_URL: urlOf(server(), "copy") };
    const same = await runCli(["verify-sanitised", "--rules", work.file], env);
    assert.deepEqual([same.code, /the very database/.test(same.err)], [1, true], same.err);
    await server().as("copy", (s) =>
      s.query(
        "create role reader login password 'reader-pw'; grant select on all tables in schema public to reader",
      ),
    );
    await server().as("original", (s) => s.query("grant select on all tables in schema public to reader"));
    const reader = { user: "reader", password: "reader-pw" };
    const ran = await runCli(["verify-sanitised", "--rules", work.file], {
      DATABASE_URL: urlOf(server(), "copy", reader),
      SOURCE_DATABASE_URL: urlOf(server(), "original", reader),
    });
    assert.equal(ran.code, 0, ran.out + ran.err);
    assert.match(ran.out, /^Passed: copy, 0 findings/);
  });
});
