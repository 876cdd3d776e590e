"use strict";
// The first thing that runs in a fresh clone: plain JavaScript for any Node.js, no dependency. It installs the
// dependencies when they are not those of package-lock.json, then hands over to the command-line tool.

const oldestNode = [20, 0];
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
  console.error(
    "prodcopy needs Node.js " +
      oldestNode[0] +
      " or later; this is " +
      process.versions.node +
      " (" +
      process.execPath +
      "). Install a current one from https://nodejs.org and try again.",
  );
  process.exit(1);
}

const { spawnSync } = require("node:child_process");
const { existsSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const checkout = join(__dirname, "..");
const modules = join(checkout, "node_modules");

/**
 * Whether node_modules is what package-lock.json says. npm notes what it installed when it is through, so an interrupted
 * install has no such note, or one of another state; a package whose folder is gone is noticed as well. An optional
 * package may be absent: most are for other kinds of machine.
 */
function isInstalled() {
  let wanted, noted;
  try {
    wanted = JSON.parse(readFileSync(join(checkout, "package-lock.json"), "utf8")).packages;
    noted = JSON.parse(readFileSync(join(modules, ".package-lock.json"), "utf8")).packages;
  } catch {
    return false;
  }
  return Object.entries(wanted).every(([folder, entry]) => {
    if (folder === "") return true;
    const found = noted[folder];
    if (found === undefined) return entry.optional === true;
    return found.version === entry.version && existsSync(join(checkout, folder, "package.json"));
  });
}

function install() {
  console.error("Installing the dependencies (npm ci); this takes a minute the first time.");
  // The npm that started us, else the one on PATH. Its output goes where it does not mix with what a command prints.
  const npm = process.env.npm_execpath;
  const known = npm !== undefined && /npm-cli\.c?js$/.test(npm);
  const [program, first] = known ? [process.execPath, [npm]] : ["npm", []];
  const args = [
    ...first,
    "ci",
    "--include=dev",
    "--include=optional",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const result = spawnSync(program, args, { cwd: checkout, stdio: ["ignore", 2, 2] });
  if (result.status === 0 && isInstalled()) return;
  const why = result.error
    ? result.error.message
    : "npm ended with " + (result.signal || "code " + result.status);
  console.error(
    "The dependencies could not be installed: " +
      why +
      ". What npm said stands above. Nothing else was changed; " +
      "when the cause is mended, the same command goes on.",
  );
  process.exit(1);
}

if (!isInstalled()) install();
require("tsx/cjs");
require("./cli.ts");
