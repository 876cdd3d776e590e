"""The roles of an RDS server, and the master user, who is no superuser.

After https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html
"""

from __future__ import annotations

from .sql import Session, identifier, literal
from .verifier import scram_verifier

# What rds_superuser is a member of, where the version has it.
GRANTED = (
    "pg_monitor",
    "pg_signal_backend",
    "pg_checkpoint",
    "pg_use_reserved_connections",
    "pg_create_subscription",
    "rds_replication",
    "rds_password",
)
NOLOGIN = ("rds_superuser", "rds_replication", "rds_password", "rds_iam", "rds_ad")


def make_roles(session: Session, master: str, password: str, database: str | None) -> None:
    """What a new RDS server has: RDS's own roles and database, the master user, and the first database."""
    for role in NOLOGIN:
        session.run(f"create role {role} nologin")
    known = {name for (name,) in session.rows("select rolname from pg_roles")}
    for role in GRANTED:
        if role in known:
            session.run(f"grant {role} to rds_superuser with admin option")
    session.run(f"create role {identifier(master)} login createdb createrole valid until 'infinity'")
    set_master_password(session, master, password)
    session.run("create database rdsadmin owner rdsadmin")
    session.run("revoke all on database rdsadmin from public")
    session.run(f"alter database postgres owner to {identifier(master)}")
    if database is not None and database != "postgres":
        session.run(f"create database {identifier(database)} owner {identifier(master)}")


def set_master_password(session: Session, master: str, password: str) -> None:
    """Sets the password, and gives back what a master user may have lost, as ModifyDBInstance documents."""
    verifier = scram_verifier(password)
    session.run(f"alter role {identifier(master)} login createdb createrole password {literal(verifier)}")
    session.run(f"grant rds_superuser to {identifier(master)}")
