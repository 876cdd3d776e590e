import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { readCatalogue } from "../../postgres/catalogue";
import { findPostgres, programsEnvironment } from "../../platforms/local/programs";
import { asCopy } from "../support/copies";
import { needFixture, type FixtureName } from "../support/fixtures";
import { aggressiveRules, fillTables, generatedNeedles, generatedShape } from "../support/generate";
import { grepFiles, sanitiseWith } from "../support/sanitise";
import { useScratchServer } from "../support/servers";
import { dumpStructure, withoutCasts } from "../support/structure";

/** Schemas of real applications, filled with rows and masked wherever a mask fits at all. */
describe("sanitiser: databases of others", function () {
  this.timeout(300_000);
  const server = useScratchServer({ max_wal_size: "64MB" });
  const rows = 40;

  /** As psql loads it: dumps of others hold COPY data, and roles that are not here. */
  async function load(database: string, file: string): Promise<void> {
    const programs = await findPostgres(process.env);
    const target = server().target(database);
    const told = spawnSync(`${programs.binFolder}/psql`, ["-X", "-q", "-d", database, "-f", "-"], {
      input: fs.readFileSync(file, "utf8").replace(/^SET transaction_timeout.*$/gm, ""),
      encoding: "utf8",
      env: programsEnvironment(programs, {
        PATH: process.env.PATH,
        PGHOST: target.host,
        PGPORT: String(target.port),
        PGUSER: target.user,
        PGPASSWORD: target.password,
      }),
    });
    if (told.error) throw told.error;
  }

  /** With the values that the dump itself holds, where it holds any. */
  const fixtures: [name: string, path: `${FixtureName}/${string}`, tables: number, held?: RegExp][] = [
    ["cobalt", "cobalt/cobalt_schema.sql", 131],
    ["pagila", "pagila/pagila.sql", 15, /[A-Z]+\.[A-Z]+@sakilacustomer\.org/g],
    ["cda", "cda/2025-08-12.cda_postgresql_schema.sql", 22],
    ["dataregistry", "dataregistry/working_dump_3_4_0.sql", 6],
    ["mymove", "mymove/re_schema_and_services.sql", 10],
  ];
  for (const [name, file, tables, held] of fixtures) {
    it(`masks ${name} as far as it can be masked, and changes nothing else`, async function () {
      const path = needFixture(this, file);
      await server().createDatabase(name);
      await load(name, path);
      const catalogue = await server().as(name, (session) => readCatalogue(session, name));
      assert.ok(catalogue.tables.length >= tables, `${catalogue.tables.length} tables were loaded`);
      await server().as(name, async (session) => {
        const failed = await fillTables(session, catalogue, rows);
        if (process.env.PRODCOPY_SHOW) {
          console.log(failed.join("\n"), `${failed.length} of ${catalogue.tables.length}`);
        }
        await session.query("analyze; checkpoint");
      });
      const rules = aggressiveRules(catalogue, name);
      const needles = generatedNeedles(catalogue, rules, rows);
      const inData = async () => {
        const known = await grepFiles(server().handle.dataDirectory, needles, generatedShape);
        const own = held && (await grepFiles(server().handle.dataDirectory, undefined, held));
        // The write-ahead log is the platform's: clearStorageResidue has its own test.
        return [...known, ...(own ?? [])].filter(([, files]) =>
          files.some((one) => !one.startsWith("pg_wal/")),
        );
      };
      assert.ok((await inData()).length > 0, "grep sees nothing");
      const before = await dumpStructure(server().target(name));
      const { result } = await sanitiseWith(
        server().target(name),
        (session) => asCopy(session, server().handle),
        rules,
      );
      assert.ok(result.coverage.masked > tables, `${result.coverage.masked} columns masked`);
      const after = await dumpStructure(server().target(name));
      assert.equal(withoutCasts(after ?? ""), withoutCasts(before ?? ""));
      await server().as("postgres", (session) => session.query("checkpoint"));
      assert.deepEqual((await inData()).slice(0, 5), []);
      await server().as("postgres", (session) => session.query(`drop database ${name}`));
    });
  }
});
