"""DB parameter groups and DB cluster parameter groups: what RDS's calls do to them."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import (
    DBClusterParameterGroupNotFoundError,
    DBParameterGroupNotFoundError,
    RDSClientError,
)
from moto.rds.models import RDSBackend

from .errors import invalid_combination, invalid_value
from .instance import Instance
from .member import Member
from .parameters import ENGINES, ClusterParameterGroup, ParameterGroup, dynamic, family

Group = ParameterGroup | ClusterParameterGroup


class ParameterGroups(RDSBackend):
    """Those of instances, in a cluster or not, and those of clusters."""

    def create_db_parameter_group(self, db_parameter_group_kwargs: dict[str, Any]) -> ParameterGroup:
        name = db_parameter_group_kwargs["db_parameter_group_name"]
        _check_family(db_parameter_group_kwargs.get("db_parameter_group_family"), ENGINES)
        super().create_db_parameter_group(db_parameter_group_kwargs)
        group = ParameterGroup(self, **db_parameter_group_kwargs)
        self.db_parameter_groups[name] = group
        return group

    def create_db_cluster_parameter_group(
        self, db_cluster_parameter_group_name: str, db_parameter_group_family: str, description: str, tags: Any
    ) -> ClusterParameterGroup:
        name = db_cluster_parameter_group_name
        _check_family(db_parameter_group_family, ["aurora-postgresql"])
        super().create_db_cluster_parameter_group(name, db_parameter_group_family, description, tags)
        group = ClusterParameterGroup(self, name, description, db_parameter_group_family, tags)
        self.db_cluster_parameter_groups[name] = group
        return group

    def default_group(self, engine: str = "postgres") -> ParameterGroup:
        name = f"default.{family(engine)}"
        if name not in self.db_parameter_groups:
            said = f"Default parameter group for {family(engine)}"
            self.db_parameter_groups[name] = ParameterGroup(self, name, said, family(engine))
        return self.db_parameter_groups[name]  # type: ignore[return-value]

    def default_cluster_group(self) -> ClusterParameterGroup:
        of = family("aurora-postgresql")
        name = f"default.{of}"
        if name not in self.db_cluster_parameter_groups:
            said = f"Default cluster parameter group for {of}"
            self.db_cluster_parameter_groups[name] = ClusterParameterGroup(self, name, said, of)
        return self.db_cluster_parameter_groups[name]  # type: ignore[return-value]

    def cluster_group(self, name: str) -> ClusterParameterGroup:
        self.default_cluster_group()
        found = self.db_cluster_parameter_groups.get(name)
        if not isinstance(found, ClusterParameterGroup):
            raise DBClusterParameterGroupNotFoundError(name)
        return found

    def check_group(self, name: str, version: str, engine: str = "postgres") -> None:
        self.default_group(engine)
        group = self.db_parameter_groups.get(name)
        if group is None:
            raise DBParameterGroupNotFoundError(name)
        wanted = f"{engine}{version.split('.')[0]}"
        if group.family != wanted:
            raise invalid_combination(
                f"The parameter group {name} with DBParameterGroupFamily {group.family} can't be used for this instance. "
                f"Please use a parameter group with DBParameterGroupFamily {wanted}."
            )

    def modify_db_parameter_group(self, db_parameter_group_name: str, db_parameter_group_parameters: Any) -> Any:
        given = list(db_parameter_group_parameters)
        group = super().modify_db_parameter_group(db_parameter_group_name, given)
        self._pass_on(group, {each["ParameterName"]: str(each["ParameterValue"]) for each in given})
        return group

    def modify_db_cluster_parameter_group(
        self, db_cluster_parameter_group_name: str, db_cluster_parameter_group_parameters: Any
    ) -> ClusterParameterGroup:
        given = list(db_cluster_parameter_group_parameters)
        group = self.cluster_group(db_cluster_parameter_group_name)
        group.update_parameters(given)
        self._pass_on(group, {each["ParameterName"]: str(each["ParameterValue"]) for each in given})
        return group

    def reset_db_parameter_group(self, name: str, names: list[str] | None) -> ParameterGroup:
        group = self.db_parameter_groups.get(name)
        if not isinstance(group, ParameterGroup):
            raise DBParameterGroupNotFoundError(name)
        for each in names if names is not None else list(group.parameters):
            group.parameters.pop(each, None)
        for instance in self._users(group):
            instance.apply_status = "pending-reboot"
        return group

    def delete_db_parameter_group(self, db_parameter_group_name: str) -> Any:
        group = self.db_parameter_groups.get(db_parameter_group_name)
        if group is not None and (group.name.startswith("default.") or self._users(group)):
            said = "One or more database instances are still members of this parameter group"
            raise RDSClientError("InvalidDBParameterGroupState", f"{said} {group.name}, so the group cannot be deleted")
        return super().delete_db_parameter_group(db_parameter_group_name)

    def delete_db_cluster_parameter_group(self, db_cluster_parameter_group_name: str) -> None:
        group = self.cluster_group(db_cluster_parameter_group_name)
        used = any(getattr(each, "parameter_group", None) == group.name for each in self.clusters.values())
        if group.name.startswith("default.") or used:
            said = "One or more database clusters are still members of this parameter group"
            raise RDSClientError("InvalidDBParameterGroupState", f"{said} {group.name}, so the group cannot be deleted")
        super().delete_db_cluster_parameter_group(group.name)

    def _users(self, group: Any) -> list[Instance]:
        everybody = [each for each in self.databases.values() if isinstance(each, Instance)]
        if isinstance(group, ClusterParameterGroup):
            return [each for each in everybody if isinstance(each, Member) and each.cluster.group() is group]
        return [each for each in everybody if each.group() is group]

    def _pass_on(self, group: Group, values: dict[str, str]) -> None:
        """Dynamic parameters reach the servers of the group at once, static ones with the next reboot."""
        for instance in self._users(group):
            reaching = instance.reached_by(group, values)
            at_once = dynamic(reaching)
            if at_once.keys() != reaching.keys():
                instance.await_reboot(group)
            if at_once:
                instance.work.add(lambda instance=instance, at_once=at_once: instance.take_settings(at_once))  # type: ignore[misc]


def _check_family(asked: str | None, engines: list[str]) -> None:
    here = [family(engine) for engine in engines]
    if asked is not None and asked not in here:
        raise invalid_value(
            f"ParameterGroupFamily {asked} is not a valid parameter group family. (The sandbox has {' and '.join(here)} only.)"
        )
