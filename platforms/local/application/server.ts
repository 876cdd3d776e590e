import { randomBytes } from "node:crypto";
import * as http from "node:http";
import { look, type Sight } from "./database";
import { isHealthy, renderPage, standingOf, viewOf } from "./page";
import type { ApplicationSettings } from "./settings";
import type { Pool } from "pg";

/** `GET /health` as JSON; holds no secret. 200 when healthy, else 503. */
export interface HealthAnswer {
  status: "ok" | "failing";
  environmentId: string;
  instance: string;
  /** Where the settings point, `host:port/database`; absent when they point nowhere. */
  database?: string;
  generation?: string;
  members?: number;
  /** A sentence for a person, when failing. */
  reason?: string;
  code?: string;
}

/** `pool` is absent when the settings name no database. */
export function makeServer(settings: ApplicationSettings, pool: Pool | undefined): http.Server {
  return http.createServer((request, response) => {
    answer(settings, pool, request, response).catch(() => {
      if (!response.headersSent) send(response, 500, "text/plain; charset=utf-8", "Something went wrong.\n");
      else response.destroy();
    });
  });
}

async function answer(
  settings: ApplicationSettings,
  pool: Pool | undefined,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    return send(response, 405, "text/plain; charset=utf-8", "This site is only read.\n");
  }
  const path = (request.url ?? "/").split("?")[0];
  if (path !== "/" && path !== "/health") {
    return send(response, 404, "text/plain; charset=utf-8", "There is no such page.\n");
  }
  const sight = await lookSafely(settings, pool);
  const status = isHealthy(standingOf(settings, sight)) ? 200 : 503;
  if (path === "/health") {
    const body = `${JSON.stringify(healthOf(settings, sight))}\n`;
    return send(response, status, "application/json; charset=utf-8", body);
  }
  const nonce = randomBytes(16).toString("base64");
  response.setHeader(
    "Content-Security-Policy",
    `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
  const page = renderPage(viewOf(settings, sight, new Date()), nonce);
  send(response, status, "text/html; charset=utf-8", page);
}

async function lookSafely(settings: ApplicationSettings, pool: Pool | undefined): Promise<Sight> {
  if ("fault" in settings.database || pool === undefined) {
    const reason = "fault" in settings.database ? settings.database.fault : "No database is set.";
    return { reached: false, reason, code: "settings" };
  }
  return look(pool, settings.database);
}

export function healthOf(settings: ApplicationSettings, sight: Sight): HealthAnswer {
  const view = viewOf(settings, sight, new Date());
  const isOk = isHealthy(view.standing);
  const at = settings.database;
  return {
    status: isOk ? "ok" : "failing",
    environmentId: settings.environmentId,
    instance: settings.instance,
    ...("fault" in at ? {} : { database: `${at.host}:${at.port}/${at.name}` }),
    ...(settings.generation === undefined ? {} : { generation: settings.generation }),
    ...(sight.reached && !("fault" in sight.federation) ? { members: sight.federation.members } : {}),
    ...(isOk ? {} : { reason: view.explanation }),
    ...(sight.reached ? {} : { code: sight.code }),
  };
}

function send(response: http.ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
  });
  // Node leaves the body out of the answer to a HEAD request.
  response.end(body);
}
