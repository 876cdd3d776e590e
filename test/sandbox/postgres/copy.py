"""A physical copy of a running server, as a storage snapshot is one: roles, password hashes and settings come along."""

from __future__ import annotations

import shutil
from pathlib import Path

from .programs import copy_tree, make_folder, write
from .server import Server
from .sql import rdsadmin

# Of the process that runs now; a copy must not believe that it is that process.
OF_THE_PROCESS = ("postmaster.pid", "postmaster.opts")


def copy_server(server: Server, target: Path) -> None:
    """Copies the data folder as it is at the end of the call. A server that is stopped is copied as it lies.

    Replication slots stay, as on a storage volume; a backup made with PostgreSQL's own tools would leave them out.
    """
    make_folder(target)
    if not server.is_running():
        copy_tree(server.data, target)
    else:
        with rdsadmin(server) as session:
            session.run("select pg_backup_start('snapshot', true)")
            copy_tree(server.data, target)
            [[label, tablespaces]] = session.rows("select labelfile, spcmapfile from pg_backup_stop(false)")
        write(target / "backup_label", label)
        if tablespaces.strip():
            write(target / "tablespace_map", tablespaces)
        # What was written while the files were copied; `wal_keep_size` keeps it in place.
        shutil.rmtree(target / "pg_wal")
        make_folder(target / "pg_wal")
        copy_tree(server.data / "pg_wal", target / "pg_wal")
    for name in OF_THE_PROCESS:
        (target / name).unlink(missing_ok=True)
