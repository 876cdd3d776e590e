"""The actions of IAM that a call needs. Most are named as the call; these are not (Service Authorization Reference)."""

from __future__ import annotations

from .call import Call

S3 = {
    "ListObjects": "ListBucket", "ListObjectsV2": "ListBucket", "HeadBucket": "ListBucket",
    "ListObjectVersions": "ListBucketVersions", "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListParts": "ListMultipartUploadParts", "ListBuckets": "ListAllMyBuckets",
    "HeadObject": "GetObject", "GetObjectAttributes": "GetObject",
    "CopyObject": "PutObject", "CreateMultipartUpload": "PutObject", "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject", "CompleteMultipartUpload": "PutObject",
    "DeleteObjects": "DeleteObject",
    "GetBucketEncryption": "GetEncryptionConfiguration", "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration", "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration", "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock", "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "DeleteBucketTagging": "PutBucketTagging", "DeleteBucketCors": "PutBucketCORS", "GetBucketCors": "GetBucketCORS",
    "PutBucketCors": "PutBucketCORS",
}  # fmt: skip
OF_A_VERSION = ("GetObject", "DeleteObject", "GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging", "GetObjectAcl")


def actions_of(call: Call) -> list[str]:
    if call.service == "s3":
        return _s3(call)
    if call.name == "elasticbeanstalk:UpdateTagsForResource":
        parameters = " ".join(call.parameters)
        kinds = [kind for kind in ("Add", "Remove") if f"TagsTo{kind}" in parameters]
        return [f"elasticbeanstalk:{kind}Tags" for kind in kinds] or [call.name]
    return [call.name]


def _s3(call: Call) -> list[str]:
    name = S3.get(call.operation, call.operation)
    if "versionId" in call.parameters and name in OF_A_VERSION:
        name = name.replace("Object", "ObjectVersion", 1)
    needed = [f"s3:{name}"]
    if call.operation == "CreateBucket" and call.parameters.get("ObjectLockEnabledForBucket", "").lower() == "true":
        needed += ["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"]
    if str(call.parameters.get("BypassGovernanceRetention", "")).lower() == "true":
        needed.append("s3:BypassGovernanceRetention")
    return needed
