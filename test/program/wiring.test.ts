import * as assert from "node:assert/strict";
import * as path from "node:path";
import * as ts from "typescript";

/**
 * Order is data flow, and the compiler enforces it: each stage takes the hand-over of exactly one other stage. These
 * snippets are compiled for real. Not proven here: that the engine runs them in this order (test/engine).
 */
const root = path.resolve(__dirname, "../..");
const stages = ["restore", "rotate", "isolate", "verify", "sanitise", "migrate", "open", "switch"] as const;

const preamble = `
import type { Handover } from "../../components/handover";
import { Rotate } from "../../components/stages/rotate";
import { Isolate } from "../../components/stages/isolate";
import { Verify } from "../../components/stages/verify";
import { Sanitise } from "../../components/stages/sanitise";
import { Migrate } from "../../components/stages/migrate";
import { Open } from "../../components/stages/open";
import { Switch } from "../../components/stages/switch";
import type { Claim } from "../../components/stages/claim";
import type { StackFacts } from "../../components/facts";
declare const facts: StackFacts;
declare const claim: Claim;
declare function by<S extends "snapshot" | ${stages.map((s) => `"${s}"`).join(" | ")}>(): Handover<S>;
`;

/** How each stage is made from the hand-over of `from`. */
const make: Record<string, (from: string) => string> = {
  rotate: (from) => `new Rotate("x", facts, { from: by<"${from}">(), generation: "g" });`,
  isolate: (from) => `new Isolate("x", facts, { from: by<"${from}">(), generation: "g" });`,
  verify: (from) => `new Verify("x", facts, { from: by<"${from}">(), generation: "g" });`,
  sanitise: (from) =>
    `new Sanitise("x", facts, { from: by<"${from}">(), generation: "g", rules: "r", rulesDigest: "d" });`,
  migrate: (from) =>
    `new Migrate("x", facts, { from: by<"${from}">(), generation: "g", folder: "", command: [], digest: "", applicationUser: "a" });`,
  open: (from) => `new Open("x", facts, { from: by<"${from}">(), generation: "g", applicationUser: "a" });`,
  switch: (from) =>
    `new Switch("x", facts, { from: by<"${from}">(), generation: "g", claim, applicationUser: "a", alsoSet: [] });`,
};

const predecessor: Record<string, string> = {
  rotate: "restore",
  isolate: "rotate",
  verify: "isolate",
  sanitise: "verify",
  migrate: "sanitise",
  open: "migrate",
  switch: "open",
};

interface Snippet {
  stage: string;
  from: string;
  compiles: boolean;
}

describe("wiring of the stages", function () {
  this.timeout(120_000);
  const snippets: Snippet[] = Object.keys(make).flatMap((stage) =>
    stages.map((from) => ({ stage, from, compiles: predecessor[stage] === from })),
  );
  let errors: Map<string, ts.Diagnostic[]>;

  before(() => {
    errors = compile(
      snippets.map((snippet) => [fileOf(snippet), preamble + make[snippet.stage]!(snippet.from)]),
    );
  });

  for (const snippet of snippets) {
    const verdict = snippet.compiles ? "compiles" : "does not compile";
    it(`${snippet.stage} from what ${snippet.from} handed over ${verdict}`, () => {
      const found = errors.get(fileOf(snippet)) ?? [];
      const texts = found.map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
      if (snippet.compiles) assert.deepEqual(texts, []);
      else {
        assert.match(
          texts.join("\n"),
          new RegExp(`Handover<"${snippet.from}">.*Handover<"${predecessor[snippet.stage]}">`, "s"),
        );
      }
    });
  }
});

function fileOf(snippet: Snippet): string {
  return path.join(root, "test/program", `${snippet.stage}-from-${snippet.from}.ts`);
}

/** Compiles files that exist in memory only, beside the real ones, with the project's own options. */
function compile(files: [string, string][]): Map<string, ts.Diagnostic[]> {
  const config = ts.readConfigFile(path.join(root, "tsconfig.json"), (file) => ts.sys.readFile(file)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const relaxed = { ...options, noUnusedLocals: false };
  const host = ts.createCompilerHost(relaxed);
  const inMemory = new Map(files);
  const readFile = host.readFile.bind(host);
  const fileExists = host.fileExists.bind(host);
  const getSourceFile = host.getSourceFile.bind(host);
  host.readFile = (file) => inMemory.get(file) ?? readFile(file);
  host.fileExists = (file) => inMemory.has(file) || fileExists(file);
  host.getSourceFile = (file, target, ...rest) => {
    const text = inMemory.get(file);
    return text === undefined
      ? getSourceFile(file, target, ...rest)
      : ts.createSourceFile(file, text, target);
  };
  const program = ts.createProgram([...inMemory.keys()], relaxed, host);
  return new Map(
    [...inMemory.keys()].map((file) => [
      file,
      [...program.getSemanticDiagnostics(program.getSourceFile(file))],
    ]),
  );
}
