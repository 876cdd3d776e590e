"""What DescribeTasks and events show of a task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .task import Task


def shown(task: Task, with_tags: bool = False) -> dict[str, Any]:
    definition = task.definition
    seen: dict[str, Any] = {
        "taskArn": task.arn,
        "clusterArn": task.cluster.arn,
        "taskDefinitionArn": definition.arn,
        "availabilityZone": f"{task.region}a",
        "lastStatus": task.status,
        "desiredStatus": task.desired,
        "launchType": task.asked.get("launchType") or "FARGATE",
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "connectivity": "CONNECTED",
        "healthStatus": "UNKNOWN",
        "cpu": task.overrides.get("cpu") or definition.cpu,
        "memory": task.overrides.get("memory") or definition.memory,
        "group": task.asked.get("group") or f"family:{definition.family}",
        "startedBy": task.asked.get("startedBy"),
        "stopCode": task.stop_code,
        "stoppedReason": task.stopped_reason,
        "enableExecuteCommand": False,
        "version": task.version,
        "overrides": {"containerOverrides": [], "inferenceAcceleratorOverrides": [], **task.overrides},
        "attributes": [],
        "attachments": [_interface(task)] if task.subnets else [],
        "containers": [_container(task, each) for each in task.containers],
        **task.times,
    }
    if with_tags:
        seen["tags"] = task.asked.get("tags") or []
    return {name: value for name, value in seen.items() if value is not None}


def _interface(task: Task) -> dict[str, Any]:
    details = {"subnetId": task.subnets[0], "networkInterfaceId": f"eni-{task.id[:17]}", "privateIPv4Address": task.address}
    return {
        "id": f"{task.id[:8]}-{task.id[8:12]}-{task.id[12:16]}-{task.id[16:20]}-{task.id[20:]}",
        "type": "ElasticNetworkInterface",
        "status": "DELETED" if task.status == "STOPPED" else "ATTACHED",
        "details": [{"name": name, "value": value} for name, value in details.items()],
    }


def _container(task: Task, container: Any) -> dict[str, Any]:
    seen = {
        "containerArn": f"{task.arn.replace(':task/', ':container/')}/{container.name}",
        "taskArn": task.arn,
        "name": container.name,
        "image": container.image_name,
        "runtimeId": f"{task.id}-{container.name}",
        "lastStatus": container.status,
        "exitCode": container.exit_code,
        "reason": container.reason,
        "healthStatus": "UNKNOWN",
        "networkInterfaces": [],
    }
    return {name: value for name, value in seen.items() if value is not None}
