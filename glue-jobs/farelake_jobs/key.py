"""The key of keyed hashes, as the relation that SQL reads (RFC 2104; packages/lake/src/treatment/hmac.ts)."""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .fault import Fault

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_BLOCK = 64


def relation(spark: SparkSession, wanted: dict[str, Any]) -> DataFrame:
    """One row, `inner` and `outer`, binary. Raises Fault when there is no key, or another than the plan was made for."""
    secret = _secret()
    found = hmac.new(secret, b"farelake key id", hashlib.sha256).hexdigest()[:12]
    if found != wanted["id"]:
        raise Fault("other-key", f"The job has the key {found} of keyed hashes, and the plan is for {wanted['id']}.")
    padded = (hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\0")
    halves = [(bytearray(one ^ 0x36 for one in padded), bytearray(one ^ 0x5C for one in padded))]
    return spark.createDataFrame(halves, "`inner` BINARY, `outer` BINARY")


def _secret() -> bytes:
    own, reference = os.environ.get("FARELAKE_HMAC_KEY", ""), os.environ.get("FARELAKE_HMAC_SECRET", "")
    file = os.environ.get("FARELAKE_HMAC_KEY_FILE", "")
    if own:
        return own.encode()
    if not reference and file:
        return Path(file).read_bytes()
    if not reference:
        raise Fault("no-key", "There is no key of keyed hashes: set FARELAKE_HMAC_SECRET (or FARELAKE_HMAC_KEY).")
    import boto3  # type: ignore[import-untyped]

    answer = boto3.client("secretsmanager").get_secret_value(SecretId=reference)
    return bytes(answer["SecretBinary"]) if "SecretBinary" in answer else str(answer["SecretString"]).encode()
