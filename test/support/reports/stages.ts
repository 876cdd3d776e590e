import type { StageReport } from "../../../report/model";
import type { StageName } from "../../../report/story";
import { sanitiseFixture } from "./sanitise";

type Told = Partial<Omit<StageReport, "stage" | "startedAt" | "proofs">> & { proofs: [string, string][] };

/** What each stage of the invented run says and proves, in the story's order. */
export const told: Record<StageName, Told> = {
  anchor: {
    seconds: 0.1,
    summary: "stack local owns what carries its label",
    proofs: [
      ["The stack's mark is written before anything else is made.", "label local, generation 7f3a91c2"],
    ],
  },
  snapshot: {
    seconds: 1.4,
    summary: "auto-2025-11-21-06-00, 412 MB, complete",
    proofs: [
      [
        "The snapshot exists and is complete.",
        "every file of the manifest is there with its size; backup_label names 2 log segments, both there",
      ],
      ["Production was read through a read-only session.", "default_transaction_read_only = on"],
    ],
    details: {
      snapshot: {
        id: "auto-2025-11-21-06-00",
        createdAt: "2025-11-21T06:00:02.000Z",
        sizeBytes: 412_318_208,
        serverVersion: "17.4",
        safetySnapshotId: "safety-local-7f3a91c2",
      },
    },
  },
  restore: {
    seconds: 6.2,
    summary: "local-7f3a91c2 on 127.0.0.1:54817, in quarantine, nothing sent",
    proofs: [
      ["The server is available and nothing is pending.", "recovery ended, pg_is_in_recovery() = f"],
      [
        "It was born unable to call out.",
        "max_logical_replication_workers = 0, cron.launch_active_jobs = off",
      ],
      [
        "The publisher saw no connection from it.",
        "0 sessions of pg_stat_replication, slot clubs_feed inactive",
      ],
      ["Nobody but the runner is admitted.", "pg_hba: 1 rule, role prodcopy_runner from 127.0.0.1/32"],
    ],
    details: {
      copy: {
        id: "local-7f3a91c2",
        resourceId: "srv-4b1f6a0e",
        host: "127.0.0.1",
        port: 54817,
        database: "federation",
        expiresAt: "2025-11-28T07:25:10.000Z",
      },
    },
  },
  claim: {
    seconds: 0.3,
    summary: "environment federation-test claimed, 5 earlier values kept",
    proofs: [["No other stack holds the environment.", "claim read back: local"]],
  },
  rotate: {
    seconds: 2.1,
    summary: "administrator and 4 login roles; production's password is refused",
    proofs: [
      ["Production's administrator password is refused on the copy.", "SQLSTATE 28P01"],
      ["The new password is accepted.", "session as fed_admin on 127.0.0.1:54817"],
      ["Production's password still works on production.", "read-only session accepted"],
      ["Sessions of the earlier passwords were ended.", "0 sessions left, 2 signalled"],
    ],
    notProven: [
      "For role reporting the earlier password is not known, so no login was tried; its verifier differs from before.",
    ],
    details: {
      roles: [
        { name: "fed_admin", outcome: "new random password" },
        { name: "fed_app", outcome: "new random password, in the copy's secret" },
        { name: "reporting", outcome: "NOLOGIN" },
        { name: "m.okafor", outcome: "NOLOGIN" },
        { name: "legacy_everyone", outcome: "NOLOGIN, memberships kept" },
      ],
    },
  },
  isolate: {
    seconds: 1.8,
    summary: "7 ways out found and cut, nothing left",
    proofs: [
      [
        "Nothing is left in the copy that could call out.",
        "0 subscriptions, 0 slots, 0 foreign servers, 0 event triggers, 0 calls of dblink",
      ],
      [
        "Dropping the subscription did not reach its publisher.",
        "slot clubs_feed still on the publisher, its log silent",
      ],
    ],
    details: {
      cut: [
        {
          kind: "subscription",
          database: "federation",
          name: "clubs_feed",
          action: "disabled, slot detached, connection voided, dropped",
        },
        {
          kind: "foreign server",
          database: "federation",
          name: "accounting_host",
          action: "dropped with 2 user mappings",
        },
        {
          kind: "trigger",
          database: "federation",
          name: "public.payment.notify_ledger (dblink)",
          action: "disabled",
        },
        { kind: "event trigger", database: "federation", name: "ddl_to_chat", action: "dropped" },
        { kind: "replication slot", database: "federation", name: "warehouse_cdc", action: "dropped" },
        {
          kind: "prepared transaction",
          database: "federation",
          name: "batch-2025-11-20",
          action: "rolled back",
        },
        { kind: "stored token", database: "federation", name: "api.token.value", action: "54 rows emptied" },
      ],
    },
  },
  verify: {
    seconds: 0.6,
    summary: "another server, another folder; the marker is not on production",
    proofs: [
      ["The copy's endpoint is not production's.", "127.0.0.1:54817 and 127.0.0.1:54401"],
      ["The copy's data folder is not production's.", "copies/local-7f3a91c2 and servers/production"],
      [
        "A marker written to the copy is not seen on production.",
        "present on the copy, absent on production",
      ],
    ],
  },
  sanitise: {
    seconds: 48.7,
    summary: "41 tables, 59 columns masked, 0 leaks",
    proofs: [
      ["Every column of every table is decided by a rule.", "229 of 229"],
      ["The leak scan found nothing of before.", "0 findings in 171 columns"],
      ["All constraints hold.", "214 checked"],
    ],
    details: { sanitise: sanitiseFixture() },
  },
  migrate: {
    seconds: 2.9,
    summary: "2 applied, schema at 0043_congress_fees",
    proofs: [["The migration command ended with exit code 0.", "2 applied, 41 were there already"]],
    details: {
      migrations: [
        { name: "0041_member_preferences", outcome: "already there" },
        { name: "0042_visitor_consent", outcome: "applied" },
        { name: "0043_congress_fees", outcome: "applied" },
      ],
    },
  },
  open: {
    seconds: 1.1,
    summary: "working settings, fed_app admitted",
    proofs: [
      ["The working settings are in force.", "SHOW: log_min_duration_statement = 500, max_connections = 100"],
      ["The application can connect.", "session as fed_app accepted"],
      ["Nobody else can.", "reporting refused with 28000"],
    ],
  },
  switch: {
    seconds: 3.4,
    summary: "federation-test is healthy on local-7f3a91c2",
    proofs: [
      ["The environment is healthy on the copy.", "Ready, Ok, health check answered in 14 ms"],
      ["Exactly its own settings were set.", "5 of 5, none beside"],
    ],
    details: {
      environment: {
        name: "federation-test",
        url: "http://127.0.0.1:8091/",
        set: ["RDS_HOSTNAME", "RDS_PORT", "RDS_USERNAME", "RDS_PASSWORD", "RDS_DB_NAME"],
      },
    },
  },
};
