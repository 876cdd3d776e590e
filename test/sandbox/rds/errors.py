"""RDS's errors that moto does not have, in RDS's words where these are known."""

from __future__ import annotations

from moto.rds.exceptions import RDSClientError


def not_available() -> RDSClientError:
    # The words of a real answer: hashicorp/terraform-provider-aws, issue 31594.
    return RDSClientError("InvalidDBInstanceState", "Database instance is not in available state.")


def cannot_reboot() -> RDSClientError:
    # hashicorp/terraform, issue 29976.
    said = "Instance cannot currently reboot due to an in-progress management operation."
    return RDSClientError("InvalidDBInstanceState", said)


def cannot_snapshot(identifier: str) -> RDSClientError:
    said = f"Cannot create a snapshot because the database instance {identifier} is not currently in the available state."
    return RDSClientError("InvalidDBInstanceState", said)


def already_deleting(identifier: str) -> RDSClientError:
    return RDSClientError("InvalidDBInstanceState", f"Instance {identifier} is already being deleted.")


def cannot_snapshot_cluster(identifier: str) -> RDSClientError:
    # hashicorp/terraform-provider-aws, pull request 40333, in its words.
    said = f"Can't create a snapshot because the database cluster {identifier} isn't currently in the available state."
    return RDSClientError("InvalidDBClusterStateFault", said)


def snapshot_state(said: str) -> RDSClientError:
    return RDSClientError("InvalidDBSnapshotState", said)


def snapshot_not_available(identifier: str, status: str) -> RDSClientError:
    said = f"Snapshot {identifier} is not in available state: it is {status}."
    return RDSClientError("InvalidDBSnapshotState", said)


def invalid_value(said: str) -> RDSClientError:
    return RDSClientError("InvalidParameterValue", said)


def invalid_combination(said: str) -> RDSClientError:
    return RDSClientError("InvalidParameterCombination", said)
