import * as fs from "node:fs";
import * as path from "node:path";
import { Eta } from "eta";
import type { Reached, Sight } from "./database";
import { generationSetting } from "../../platform";
import type { ApplicationSettings } from "./settings";

/** What the page says at a glance. Each has its own mark, colour and sentence. */
export type Standing = "copy" | "old" | "unclear" | "incomplete" | "unreachable";

export interface View {
  environment: string;
  standing: Standing;
  label: string;
  headline: string;
  explanation: string;
  /** Facts in the order in which they are shown. */
  facts: { name: string; value: string }[];
  reached: Reached | undefined;
  seenAt: string;
}

const eta = new Eta({ autoEscape: true, varName: "it" });
const template = fs.readFileSync(path.join(__dirname, "page.eta"), "utf8");

/** The whole page. `nonce` is what the response's Content-Security-Policy admits the style sheet by. */
export function renderPage(view: View, nonce: string): string {
  return eta.renderString(template, { ...view, nonce, count });
}

export function viewOf(settings: ApplicationSettings, sight: Sight, seenAt: Date): View {
  const standing = standingOf(settings, sight);
  return {
    environment: settings.environment,
    standing,
    ...wordsOf(standing, settings, sight),
    facts: factsOf(settings, sight),
    reached: sight.reached ? sight : undefined,
    seenAt: `${seenAt.toISOString().slice(0, 19).replace("T", " ")} UTC`,
  };
}

/** Healthy is a database that can be reached, holds the federation's tables, and is the one that the settings speak of. */
export function isHealthy(standing: Standing): boolean {
  return standing === "copy" || standing === "old";
}

export function standingOf(settings: ApplicationSettings, sight: Sight): Standing {
  if (!sight.reached) return "unreachable";
  if (saysOtherwise(settings.generation, sight.serverName)) return "unclear";
  if ("fault" in sight.federation) return "incomplete";
  return settings.generation === undefined ? "old" : "copy";
}

/** A copy's server carries its generation in its name. A server without a name says nothing either way. */
function saysOtherwise(generation: string | undefined, serverName: string): boolean {
  return generation !== undefined && serverName !== "" && !serverName.includes(generation);
}

function wordsOf(
  standing: Standing,
  settings: ApplicationSettings,
  sight: Sight,
): Pick<View, "label" | "headline" | "explanation"> {
  const generation = settings.generation ?? "";
  switch (standing) {
    case "copy":
      return {
        label: `Sanitised copy · ${generation}`,
        headline: "Test stands on a sanitised copy of production.",
        explanation: "True in shape and size. The people on this page are made up.",
      };
    case "old":
      return {
        label: "No sanitised copy",
        headline: "Test stands on a database of its own.",
        explanation: `No setting ${generationSetting} says that it is a sanitised copy: it is the one from before the first, and the one it returns to, or one that somebody set.`,
      };
    case "unclear":
      return {
        label: "Unclear",
        headline: "Test’s settings and its server disagree.",
        explanation: `The settings speak of the copy ${generation}, the server calls itself “${sight.reached ? shortName(sight.serverName) : ""}”.`,
      };
    case "incomplete":
      return {
        label: "Incomplete",
        headline: "Test stands on a database it cannot use.",
        explanation: sight.reached && "fault" in sight.federation ? sight.federation.fault : "",
      };
    case "unreachable":
      return {
        label: "Unreachable",
        headline: "Test cannot reach its database.",
        explanation: sight.reached ? "" : sight.reason,
      };
  }
}

function factsOf(settings: ApplicationSettings, sight: Sight): View["facts"] {
  const facts = [];
  if (!("fault" in settings.database)) {
    const { host, port, name } = settings.database;
    facts.push({ name: "Database", value: sight.reached ? sight.database : name });
    facts.push({ name: "Server", value: `${host}:${port}` });
  }
  if (sight.reached) {
    if (sight.serverName !== "") facts.push({ name: "Calls itself", value: shortName(sight.serverName) });
    facts.push({ name: "Signed in as", value: sight.user });
    facts.push({ name: "PostgreSQL", value: sight.version });
  }
  return facts;
}

/** After the colon stands the server's identity, which is for machines. */
function shortName(serverName: string): string {
  return serverName.split(":")[0] ?? serverName;
}

function count(number: number): string {
  return number.toLocaleString("en-GB").replaceAll(",", "\u202f");
}
