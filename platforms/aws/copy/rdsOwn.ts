/**
 * Roles that RDS makes on every PostgreSQL server and keeps for itself. Their names are reserved there, and nobody else has their passwords. Source:
 * "Understanding PostgreSQL roles and permissions", RDS User Guide; `\du` of a new instance.
 */
export const ownRoles = [
  "rdsadmin",
  "rdsrepladmin",
  "rdstopmgr",
  "rdswriteforwarduser",
  "rds_ad",
  "rds_iam",
  "rds_password",
  "rds_replication",
  "rds_superuser",
];

/** Nobody but RDS may connect to it. */
export const ownDatabases = ["rdsadmin"];
