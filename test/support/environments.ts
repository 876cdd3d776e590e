import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { literal, type Session } from "../../postgres/connection";
import {
  createEnvironment,
  localEnvironments,
  startEnvironment,
  stopEnvironment,
  type EnvironmentOptions,
  type LocalEnvironments,
} from "../../platforms/local/environment";
import { EnvironmentStore } from "../../platforms/local/environment/store";
import type { LocalHome } from "../../platforms/local/home";
import { findProcesses, type ProcessIdentity } from "../../platforms/local/processes";
import { localSecrets } from "../../platforms/local/secrets";
import {
  generationSetting,
  type EnvironmentChange,
  type EnvironmentSettings,
  type EnvironmentState,
} from "../../platforms/platform";
import { makeScratchHome, removeScratchHome, startScratchServer, type ScratchServer } from "./servers";

/** Every password here begins so; where it stands, and is no setting, something has leaked. */
export const planted = /Pl4nted/;
export const oldPassword = `Pl4nted-old "quoted" 'and' $HOME %41:/@ wörd`;
export const newPassword = `Pl4nted-new \\ back;slash --now=1 漢字`;
const wrongPassword = "Pl4nted-wrong";
/** A setting's value with everything that a shell, a file or a terminal trips over. */
export const hostile = `"quotes" 'and' $(id) \`id\` line\nbreak\ttab \u202e漢字 =;&|`;
/** What the stack `test` claims of an environment. */
export const claimed = ["RDS_USERNAME", "RDS_PASSWORD", "RDS_DB_NAME", generationSetting];

const label = { stack: "test", generation: "3fa9c1d2", owner: "tester", expiresAt: "2030-01-01T00:00:00Z" };

/** Environments on one scratch server, which holds an old Test database (3 members) and a copy (5 members). */
export interface EnvironmentsUnderTest {
  home: LocalHome;
  server: ScratchServer;
  /** Lines that the environments logged in this test. */
  shown: string[];
  log: (line: string) => void;
  environments: (options?: Partial<EnvironmentOptions>) => LocalEnvironments;
  /** What every environment here begins with, without its password. */
  oldSettings: () => EnvironmentSettings & { RDS_PORT: string };
  /** Makes an environment on the old Test database, and starts it. */
  make: (name: string) => Promise<EnvironmentState>;
  /** From the old database to the copy. */
  changeOf: (name: string, environmentId: string, stack?: string) => EnvironmentChange;
  /** The same with a password that the server refuses. */
  failingChangeOf: (name: string, environmentId: string) => EnvironmentChange;
  store: (name: string) => Promise<EnvironmentStore>;
  /** The settings as they are stored, passwords too. */
  rawSettings: (name: string) => Promise<EnvironmentSettings>;
  /** Those of an environment that `make` made, and those that `changeOf` leaves. */
  settingsBefore: () => EnvironmentSettings;
  settingsAfter: () => EnvironmentSettings;
  /** The application's processes of the environment with this id. */
  applications: (id: string) => Promise<ProcessIdentity[]>;
  /** How many members the application itself sees. */
  membersSeen: (name: string) => Promise<number | undefined>;
}

/** In a suite of mocha: the server and its two databases before, and no process or folder of them afterwards. */
export function useEnvironments(): EnvironmentsUnderTest {
  let home: LocalHome | undefined;
  let server: ScratchServer | undefined;
  const homeOf = () => home ?? assert.fail("the home exists only while tests run");
  const serverOf = () => server ?? assert.fail("the server runs only while tests run");

  before("a server with an old Test database and a copy", async function () {
    this.timeout(60_000);
    home = await makeScratchHome();
    server = await startScratchServer(home, "test-3fa9c1d2");
    await fillServer(server);
    const secrets = localSecrets(homeOf());
    await secrets.put("test-3fa9c1d2/application", { password: newPassword }, label);
    await secrets.put("test-3fa9c1d2/wrong", { password: wrongPassword }, label);
  });
  after("stop every environment, and the server", async function () {
    this.timeout(60_000);
    if (home === undefined) return;
    for (const name of await fs.readdir(home.environments).catch(() => [])) {
      if (!name.startsWith(".")) await stopEnvironment(home, name);
    }
    await removeScratchHome(home);
  });
  beforeEach(() => {
    tested.shown = [];
  });

  const tested: EnvironmentsUnderTest = {
    get home() {
      return homeOf();
    },
    get server() {
      return serverOf();
    },
    shown: [],
    log: (line) => void tested.shown.push(line),
    environments: (options = {}) =>
      localEnvironments(homeOf(), {
        secrets: localSecrets(homeOf()),
        production: () => Promise.resolve([{ name: "production", host: "127.0.0.1", port: 1 }]),
        healthTimeoutMs: 30_000,
        readyTimeoutMs: 20_000,
        ...options,
      }),
    oldSettings: () => ({
      RDS_HOSTNAME: "127.0.0.1",
      RDS_PORT: String(serverOf().handle.port),
      RDS_USERNAME: "old_app",
      RDS_DB_NAME: "old_test",
      NOTE: hostile,
    }),
    async make(name) {
      const secretSettings = { RDS_PASSWORD: oldPassword };
      await createEnvironment(homeOf(), { name, settings: tested.oldSettings(), secretSettings });
      return startEnvironment(homeOf(), name);
    },
    changeOf: (environment, environmentId, stack = "test") => ({
      environment,
      environmentId,
      stack,
      settings: { RDS_USERNAME: "app", RDS_DB_NAME: "federation", [generationSetting]: "3fa9c1d2" },
      secretSettings: { RDS_PASSWORD: "test-3fa9c1d2/application" },
    }),
    failingChangeOf: (name, id) => ({
      ...tested.changeOf(name, id),
      secretSettings: { RDS_PASSWORD: "test-3fa9c1d2/wrong" },
    }),
    store: (name) => EnvironmentStore.open(homeOf(), name),
    rawSettings: async (name) => (await (await tested.store(name)).readSettings()).settings,
    settingsBefore: () => ({ ...tested.oldSettings(), RDS_PASSWORD: oldPassword }),
    settingsAfter: () => ({
      ...tested.oldSettings(),
      ...tested.changeOf("", "").settings,
      RDS_PASSWORD: newPassword,
    }),
    applications: (id) => findProcesses((args) => args.includes(`--environment=${id}`)),
    async membersSeen(name) {
      const { url } = await tested.environments().readEnvironment(name);
      const answer = (await (await fetch(`${url}health`)).json()) as { members?: number };
      return answer.members;
    },
  };
  return tested;
}

async function fillServer(server: ScratchServer): Promise<void> {
  await server.as("postgres", async (session) => {
    await session.query(`create role old_app login password ${literal(oldPassword)}`);
    await session.query(`create role app login password ${literal(newPassword)}`);
  });
  for (const [database, owner, members] of [
    ["old_test", "old_app", 3],
    ["federation", "app", 5],
  ] as const) {
    await server.createDatabase(database);
    await server.as(database, (session) => fillFederation(session, owner, members));
  }
}

/** The tables that the sample application reads, with so many members. */
export async function fillFederation(session: Session, owner: string, members: number): Promise<void> {
  await session.query(`create table club (id int primary key, name text not null);
    create table member (id int primary key, kind text not null default 'person', membership_number text not null,
      first_name text not null, last_name text not null, email text not null, home_club_id int);
    insert into club values (1, 'Riverbend Chess Club');
    insert into member select i, 'person', 'FC00000' || i, 'Ada', 'Quill', 'm' || i || '@test.example', 1 from generate_series(1, ${members}) i;
    alter table club owner to ${owner}; alter table member owner to ${owner}`);
}

/** Runs one expression in a process of its own, with `environments` and `lock` at hand. */
export function inProcessOfItsOwn(
  home: LocalHome,
  expression: string,
  { healthTimeoutMs = 30_000, stopAt }: { healthTimeoutMs?: number; stopAt?: Moment } = {},
): { process: ChildProcess; done: Promise<{ code: number | null; output: string }> } {
  const folder = path.join(__dirname, "..", "..", "platforms", "local");
  const script = `
    const { localHome } = require(${JSON.stringify(path.join(folder, "home.ts"))});
    const { localSecrets } = require(${JSON.stringify(path.join(folder, "secrets.ts"))});
    const { localEnvironments } = require(${JSON.stringify(path.join(folder, "environment.ts"))});
    const lock = require(${JSON.stringify(path.join(folder, "lock.ts"))});
    const home = localHome({ PRODCOPY_HOME: ${JSON.stringify(home.root)} });
    const production = async () => [];
    const { EnvironmentStore } = require(${JSON.stringify(path.join(folder, "environment", "store.ts"))});
    const stopAt = ${JSON.stringify(stopAt ?? null)};
    if (stopAt !== null) {
      const call = EnvironmentStore.prototype[stopAt.call];
      EnvironmentStore.prototype[stopAt.call] = async function (...given) {
        if (stopAt.when === "after") await call.apply(this, given);
        setInterval(() => {}, 1000);
        console.log("there");
        await new Promise(() => {});
      };
    }
    const environments = localEnvironments(home, { secrets: localSecrets(home), production, healthTimeoutMs: ${healthTimeoutMs} });
    (${expression}).catch((error) => { console.error(error.message); process.exitCode = 1; });`;
  const started = spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), "-e", script]);
  let output = "";
  started.stderr.on("data", (part: Buffer) => (output += part.toString()));
  const done = once(started, "close").then(([code]) => ({ code: code as number | null, output }));
  return { process: started, done };
}

/** A step of an update, by what it calls in the environment's store: there the process says so and goes no further. */
export interface Moment {
  call: "writeClaim" | "writeSettings" | "removeProcess" | "writeProcess";
  when: "before" | "after";
}

/** The process has come to its moment. @throws with what it said when it ends without. */
export async function untilThere({ process, done }: ReturnType<typeof inProcessOfItsOwn>): Promise<void> {
  const there = once(process.stdout!, "data");
  const ended = done.then(({ output }) => Promise.reject(new Error(`it ended before: ${output}`)));
  ended.catch(() => undefined);
  await Promise.race([there, ended]);
}

/** Looks again and again, without a pause, so that a moment of another process is not missed. @throws after 30 s. */
export async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) assert.fail(`waited 30 s for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
