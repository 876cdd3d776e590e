import * as assert from "node:assert/strict";
import type { Report, StageReport } from "../../../report/model";
import { stageNames, type StageName } from "../../../report/story";
import { told } from "./stages";

/** Reports as the pipeline writes them, for looking at the page: invented names, deterministic times. */

const began = Date.parse("2025-11-21T07:25:10.000Z");
const at = (seconds: number) => new Date(began + seconds * 1000).toISOString();

/** Eleven stages, all done. */
export function doneReport(): Report {
  let clock = 0;
  const stages = stageNames.map((stage): StageReport => {
    const startedAt = at(clock);
    const one = told[stage];
    clock += (one.seconds ?? 0) + 0.2;
    return {
      stage,
      state: "done",
      startedAt,
      seconds: undefined,
      summary: "",
      notProven: [],
      error: undefined,
      details: {},
      ...one,
      proofs: one.proofs.map(([claim, evidence]) => ({ claim, evidence, at: at(clock - 0.3) })),
    };
  });
  return {
    version: 1,
    stack: "local",
    generation: "7f3a91c2",
    runId: "01J8ZQ4T7M",
    platform: "local",
    source: "federation-production",
    environment: "federation-test",
    startedAt: at(0),
    finishedAt: at(clock),
    asOf: at(clock + 1),
    verdict: "done",
    closedAt: undefined,
    stages,
  };
}

/** Stopped by the coverage gate: a new column in production that no rule names. */
export function failedReport(): Report {
  return endingAt("sanitise", {
    state: "failed",
    seconds: 0.9,
    summary: "1 column is not decided by any rule",
    proofs: [],
    error:
      "public.member.emergency_contact (character varying(120)) is not decided by any rule, and looks personal: its name says contact, 61% of its values look like telephone numbers.\n" +
      'Add it to rules/sample.yaml below "public.member", e.g. `emergency_contact: {mask: phone}`, then run `pulumi up` again.\n' +
      "No row of the copy has been changed.",
    details: {},
  });
}

/** In the middle of the sanitiser. */
export function runningReport(): Report {
  return endingAt("sanitise", {
    state: "running",
    seconds: undefined,
    summary: "table 12 of 41, public.notifications_email: 310,000 rows, 42,000 rows/s",
    proofs: [],
    details: {},
  });
}

/** The provider's process was killed in the middle of the restore. */
export function interruptedReport(): Report {
  return endingAt("restore", {
    state: "interrupted",
    seconds: 3.1,
    summary: "ended without a word",
    proofs: [],
    error: "The process of this stage (pid 4711) ended without a word: killed, or the machine went down.",
    details: {},
  });
}

/** Names as an attacker or a careless person might have chosen them, in every place where a name can stand. */
export const hostileNames = [
  `<script>document.title="owned"</script>`,
  `"><img src=x onerror="document.title='owned'">`,
  `'; DROP TABLE "member"; --`,
  `</style></svg><h1>owned</h1>`,
  "\u202Egnp.elbat\u202C",
  "line\none\ttab",
  "Zażółć gęślą jaźń 会員名簿 👩‍👩‍👧",
  "a_name_of_exactly_sixty_three_letters_which_is_as_long_as_it_gets",
];

/** A report in which every name, claim and error is one of `hostileNames`. */
export function hostileReport(): Report {
  let next = 0;
  const hostile = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((v) => hostile(v, key));
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, hostile(v, k)]));
    }
    const kept = [
      "stage",
      "state",
      "verdict",
      "version",
      "platform",
      "action",
      "startedAt",
      "finishedAt",
      "asOf",
    ];
    if (typeof value !== "string" || kept.includes(key)) return value;
    return hostileNames[next++ % hostileNames.length];
  };
  const report = hostile(failedReport(), "") as Report;
  const sanitise = doneReport().stages.find((s) => s.stage === "sanitise");
  const details = hostile(sanitise?.details, "") as StageReport["details"];
  const environment = { name: hostileNames[0] ?? "", url: "javascript:alert(1)", set: hostileNames };
  return {
    ...report,
    stages: report.stages.map((s) =>
      s.stage === "sanitise" ? { ...s, details: { ...details, environment } } : s,
    ),
  };
}

/** A database of 400 tables. */
export function largeReport(): Report {
  const report = doneReport();
  const stages = report.stages.map((s) => {
    const { sanitise } = s.details;
    if (sanitise === undefined) return s;
    const tables = Array.from({ length: 400 }, (_, i) => ({
      ...(sanitise.tables[i % sanitise.tables.length] ?? assert.fail()),
      table: `table_${String(i).padStart(3, "0")}`,
    }));
    return { ...s, details: { sanitise: { ...sanitise, tables } } };
  });
  return { ...report, stages };
}

function endingAt(last: StageName, changed: Partial<StageReport>): Report {
  const report = doneReport();
  const stages = report.stages.slice(0, stageNames.indexOf(last) + 1);
  const end = stages.at(-1);
  if (end === undefined) throw new Error(`no stage ${last}`);
  stages[stages.length - 1] = { ...end, ...changed };
  const verdict = changed.state ?? "done";
  const finishedAt = verdict === "running" ? undefined : end.startedAt;
  return {
    ...report,
    stages,
    verdict,
    finishedAt,
    asOf: new Date(Date.parse(end.startedAt) + 12_000).toISOString(),
  };
}
