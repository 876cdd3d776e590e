"""S3's buckets: what AWS gives a new one by itself, and locks that hold."""

from __future__ import annotations

import datetime
from typing import Any

import moto.s3.urls
from moto.iam.access_control import PermissionResult
from moto.s3 import notifications
from moto.s3.exceptions import AccessDeniedByLock, InvalidBucketState
from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend, s3_backends
from moto.s3.responses import S3Response

from ..events.bus import tell

ENCRYPTED_BY_DEFAULT: dict[str, Any] = {
    "Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}
}
REASONS = {
    "s3:ObjectCreated:Put": "PutObject",
    "s3:ObjectCreated:Post": "POST Object",
    "s3:ObjectCreated:Copy": "CopyObject",
    "s3:ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
    "s3:ObjectRemoved:Delete": "DeleteObject",
    "s3:ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
}


class Backend(S3Backend):
    _url_module = moto.s3.urls  # type: ignore[assignment]

    def create_bucket(self, *given: Any, **named: Any) -> FakeBucket:
        """Encrypted (since January 2023), shut to the public and without ACLs (since April 2023)."""
        bucket = super().create_bucket(*given, **named)
        bucket.ownership_rule = "BucketOwnerEnforced"  # type: ignore[assignment]
        bucket.encryption = ENCRYPTED_BY_DEFAULT
        bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")
        return bucket

    def put_object(self, *given: Any, **named: Any) -> Any:
        """An object that is put together from parts is told of once, as complete."""
        if named.get("multipart") is not None:
            named["disable_notification"] = True
        return super().put_object(*given, **named)

    def delete_bucket_encryption(self, bucket_name: str) -> None:
        self.get_bucket(bucket_name).encryption = ENCRYPTED_BY_DEFAULT

    def put_bucket_versioning(self, bucket_name: str, status: str) -> None:
        if self.get_bucket(bucket_name).object_lock_enabled and status != "Enabled":
            raise InvalidBucketState(
                "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
            )
        super().put_bucket_versioning(bucket_name, status)

    def put_object_lock_configuration(
        self, bucket_name: str, lock_enabled: bool, mode: str | None = None, days: int | None = None, years: int | None = None
    ) -> None:  # fmt: skip
        """Also of a bucket with objects in it, on which moto refuses it."""
        bucket = self.get_bucket(bucket_name)
        if not bucket.is_versioned:
            raise InvalidBucketState("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
        bucket.object_lock_enabled = bucket.object_lock_enabled or lock_enabled
        bucket.default_lock_mode, bucket.default_lock_days, bucket.default_lock_years = mode, days, years


def put_object_retention(self: S3Response) -> Any:
    """A retention that runs may be lengthened by everybody; shortened or lifted under GOVERNANCE by who may bypass it, under COMPLIANCE by nobody."""
    mode, until = self._mode_until_from_body()
    version = self._get_param("versionId")
    key = self.backend.get_object(self.bucket_name, self.parse_key_name(), version_id=version)
    if key is not None and key.lock_mode and _moment(key.lock_until) > datetime.datetime.now(datetime.timezone.utc):
        weaker = until is None or _moment(until) < _moment(key.lock_until) or (mode != key.lock_mode and mode != "COMPLIANCE")
        bypass = self.headers.get("x-amz-bypass-governance-retention", "").lower() == "true"
        if weaker and (key.lock_mode == "COMPLIANCE" or not bypass):
            raise AccessDeniedByLock
    return moto_put_object_retention(self)


def get_bucket_notification(self: S3Response) -> Any:
    """With EventBridge, which moto leaves out."""
    stored = self.backend.get_bucket_notification_configuration(self.bucket_name)
    plain = self.serialized

    def serialized(result: Any) -> Any:
        if stored is not None and stored.event_bridge is not None and isinstance(result.result, dict):
            result.result["EventBridgeConfiguration"] = {}
        return plain(result)

    self.serialized = serialized  # type: ignore[method-assign]
    return moto_get_bucket_notification(self)


def send_event(account_id: str, bucket: Any, event_name: Any, key: Any) -> None:
    """To the default bus. After "EventBridge event message structure" (S3 User Guide)."""
    name = str(getattr(event_name, "value", event_name))
    described = {"key": key.name, "size": key.size, "etag": key.etag.replace('"', ""), "sequencer": "00617F08299329D189"}
    if bucket.is_versioned:
        described["version-id"] = key.version_id
    detail: dict[str, Any] = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": described,
        "request-id": "N4N7GDK58NMKJ12R",
        "requester": account_id,
        "source-ip-address": "127.0.0.1",
    }
    if name in REASONS:
        detail["reason"] = REASONS[name]
    if "ObjectRemoved" in name:
        detail["deletion-type"] = "Delete Marker Created" if name.endswith("DeleteMarkerCreated") else "Permanently Deleted"
    tell(account_id, bucket.region_name, "aws.s3", notifications._detail_type(event_name), [bucket.arn], detail)


def _moment(text: Any) -> datetime.datetime:
    read = datetime.datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    return read if read.tzinfo is not None else read.replace(tzinfo=datetime.timezone.utc)


moto_put_object_retention = S3Response.put_object_retention
moto_get_bucket_notification = S3Response.get_bucket_notification


def install() -> None:
    """Puts our backend and answers in the place of moto's. Policies are judged by the gate: moto takes no account of most conditions."""
    s3_backends.backend = Backend
    FakeBucket.get_permission = lambda *_: PermissionResult.NEUTRAL  # type: ignore[method-assign]
    S3Response.put_object_retention = put_object_retention  # type: ignore[method-assign]
    S3Response.get_bucket_notification = get_bucket_notification  # type: ignore[method-assign]
    notifications._send_event_bridge_message = send_event
