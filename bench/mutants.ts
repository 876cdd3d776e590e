import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { randomOf } from "./detect/values";

/** One change to one place of the source. */
interface Mutant {
  file: string;
  start: number;
  end: number;
  text: string;
  what: string;
}

const checkout = path.resolve(__dirname, "..");

/** Folders of the source, and the tests that cover them: what takes a server stands last, so that most mutants die before. */
const covers: { folder: string; tests: RegExp[] }[] = [
  {
    folder: "postgres/sanitise/detect",
    tests: [/unit\/detect/, /postgres\/detectValues/, /postgres\/rulesDraft/],
  },
  { folder: "postgres/sanitise/rules", tests: [/unit\/rules/, /postgres\/rules/] },
  {
    folder: "postgres/sanitise/functions",
    tests: [/unit\/functions/, /postgres\/sanitiseFunctions/, /postgres\/transform/],
  },
  { folder: "platforms/aws", tests: [/unit\/aws/, /aws\//] },
];

const flipped = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, "!=="],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, "==="],
  [ts.SyntaxKind.LessThanToken, ">="],
  [ts.SyntaxKind.LessThanEqualsToken, ">"],
  [ts.SyntaxKind.GreaterThanToken, "<="],
  [ts.SyntaxKind.GreaterThanEqualsToken, "<"],
  [ts.SyntaxKind.AmpersandAmpersandToken, "||"],
  [ts.SyntaxKind.BarBarToken, "&&"],
  [ts.SyntaxKind.PlusToken, "-"],
  [ts.SyntaxKind.MinusToken, "+"],
  [ts.SyntaxKind.AsteriskToken, "/"],
]);

/** Every mutant of a file: operators, conditions, numbers, booleans, and statements that are left out. Types and imports have none. */
export function mutantsOf(file: string): Mutant[] {
  const source = ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const found: Mutant[] = [];
  const add = (node: ts.Node, text: string) => {
    const start = node.getStart(source);
    found.push({
      file,
      start,
      end: node.getEnd(),
      text,
      what: `${node.getText(source).split("\n")[0] ?? ""} -> ${text}`,
    });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) return;
    if (ts.isBinaryExpression(node)) {
      const other = flipped.get(node.operatorToken.kind);
      if (other !== undefined) add(node.operatorToken, other);
    }
    if (ts.isIfStatement(node)) add(node.expression, "false");
    if (ts.isConditionalExpression(node)) add(node.condition, `!(${node.condition.getText(source)})`);
    if (ts.isNumericLiteral(node)) {
      add(node, node.text === "0" ? "1" : node.text.includes(".") ? "0" : String(Number(node.text) + 1));
    }
    if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, "false");
    if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, "true");
    if (ts.isExpressionStatement(node)) add(node, ";");
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function filesBelow(folder: string, end: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((one) => {
    const at = path.join(folder, one.name);
    return one.isDirectory() ? filesBelow(at, end) : at.endsWith(end) ? [at] : [];
  });
}

/** Whether the tests notice: the first that fails ends it. A mutant that never ends counts as noticed. */
function isKilled(tests: string[]): boolean {
  const each = tests.filter((file) => file.includes("/unit/"));
  const slow = tests.filter((file) => !file.includes("/unit/"));
  return [each, slow]
    .filter((some) => some.length > 0)
    .some((some) => {
      const mocha = path.join(checkout, "node_modules/.bin/mocha");
      return spawnSync(mocha, ["--bail", ...some], { cwd: checkout, timeout: 300_000 }).status !== 0;
    });
}

/**
 * Changes the source in one place at a time, runs the tests that cover it, and puts it back. Prints what no test noticed.
 * `--count 60`, `--seed 1`, `--only postgres/sanitise/detect`, `--unit` for tests without a server. Run it in a checkout without changes.
 */
function main(words: string[]): void {
  const option = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
  const only = option("--only");
  const random = randomOf(Number(option("--seed") ?? 1));
  const tests = filesBelow(path.join(checkout, "test"), ".test.ts");
  const wanted = covers.filter(
    ({ folder }) => only === undefined || folder.startsWith(only) || only.startsWith(folder),
  );
  const all = wanted.flatMap(({ folder, tests: patterns }) =>
    filesBelow(path.join(checkout, folder), ".ts")
      .filter((file) => only === undefined || file.includes(only))
      .flatMap((file) => mutantsOf(file).map((mutant) => ({ mutant, patterns }))),
  );
  const used = tests.filter(
    (file) =>
      wanted.some((one) => one.tests.some((pattern) => pattern.test(file))) &&
      (!words.includes("--unit") || file.includes("/unit/")),
  );
  // A test that is red anyway would notice everything.
  if (isKilled(used)) throw new Error("The tests fail without any change; nothing was changed.");
  const survivors: string[] = [];
  const count = Math.min(Number(option("--count") ?? 60), all.length);
  for (let i = 0; i < count; i++) {
    const [picked] = all.splice(Math.floor(random() * all.length), 1);
    if (picked === undefined) break;
    const { mutant, patterns } = picked;
    const before = fs.readFileSync(mutant.file, "utf8");
    const line = before.slice(0, mutant.start).split("\n").length;
    const covering = tests.filter((file) => patterns.some((pattern) => pattern.test(file)));
    const run = words.includes("--unit") ? covering.filter((file) => file.includes("/unit/")) : covering;
    fs.writeFileSync(mutant.file, before.slice(0, mutant.start) + mutant.text + before.slice(mutant.end));
    let killed = true;
    try {
      killed = isKilled(run);
    } finally {
      fs.writeFileSync(mutant.file, before);
    }
    const name = `${path.relative(checkout, mutant.file)}:${line}: ${mutant.what}`;
    console.log(`${killed ? "killed  " : "SURVIVED"} ${name}`);
    if (!killed) survivors.push(name);
  }
  console.log(`\n${count - survivors.length} of ${count} were noticed; ${survivors.length} were not`);
}

if (require.main === module) main(process.argv.slice(2));
