"""Folders of this machine and buckets: reading by content, writing under new names."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from .fault import Fault

if TYPE_CHECKING:
    from typing import Any

CHUNK = 1 << 20
_GONE = {"404", "NoSuchKey", "NotFound", "NoSuchBucket"}


def folder_path(uri: str) -> Path:
    """The path of a `file://` URI."""
    return Path(unquote(urlsplit(uri).path))


def is_bucket(uri: str) -> bool:
    """Raises Fault for what is neither a folder's nor a bucket's URI."""
    if uri.startswith("s3://"):
        return True
    if uri.startswith("file:///"):
        return False
    raise Fault("bad-uri", "A URI of the plan is neither file:/// nor s3://.")


def bucket_and_key(uri: str) -> tuple[str, str]:
    """Of an `s3://` URI, whose key is written as it is."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


@cache
def s3() -> Any:
    """One client for each process. `AWS_ENDPOINT_URL_S3` is honoured, by path then: stand-ins know no host names."""
    import boto3  # type: ignore[import-untyped]
    from botocore.config import Config  # type: ignore[import-untyped]

    own = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    style = {"addressing_style": "path"} if own else {}
    return boto3.client("s3", config=Config(s3=style, retries={"max_attempts": 5, "mode": "standard"}))


def _code(error: Exception) -> str:
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))


def chunks(uri: str, tag: str | None = None, *, load_id: int | None = None) -> Iterator[bytes]:
    """The bytes of an object. With a tag only of this content: an ETag of a bucket, the SHA-256 of a folder's file.

    A folder's file is known to be another one at its end only.
    """
    source = _bucket_chunks(uri, tag, load_id) if is_bucket(uri) else _file_chunks(uri, tag, load_id)
    yield from source


def _file_chunks(uri: str, tag: str | None, load_id: int | None) -> Iterator[bytes]:
    digest = hashlib.sha256()
    try:
        with folder_path(uri).open("rb") as source:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                yield chunk
    except FileNotFoundError:
        raise gone(uri, load_id) from None
    if tag is not None and digest.hexdigest() != tag:
        raise changed(uri, load_id)


def _bucket_chunks(uri: str, tag: str | None, load_id: int | None) -> Iterator[bytes]:
    bucket, key = bucket_and_key(uri)
    condition = {} if tag is None else {"IfMatch": tag}
    try:
        body = s3().get_object(Bucket=bucket, Key=key, **condition)["Body"]
    except Exception as error:
        code = _code(error)
        if code in _GONE:
            raise gone(uri, load_id) from None
        if code in {"412", "PreconditionFailed"}:
            raise changed(uri, load_id) from None
        raise
    with closing(body):
        yield from body.iter_chunks(CHUNK)


def gone(uri: str, load_id: int | None = None) -> Fault:
    """The object is not where the plan says."""
    return Fault("object-gone", f"{uri} is not there any more.", load_id=load_id)


def changed(uri: str, load_id: int | None = None) -> Fault:
    """Another content has the object's name by now."""
    return Fault("content-changed", f"{uri} has another content than the one that was registered.", load_id=load_id)


def size_of(uri: str) -> int | None:
    """Bytes; None: there is no such object."""
    if not is_bucket(uri):
        path = folder_path(uri)
        return path.stat().st_size if path.is_file() else None
    bucket, key = bucket_and_key(uri)
    try:
        return int(s3().head_object(Bucket=bucket, Key=key)["ContentLength"])
    except Exception as error:
        if _code(error) in _GONE:
            return None
        raise


def read_text(uri: str) -> str | None:
    """A small object whole; None: there is none."""
    try:
        return b"".join(chunks(uri)).decode()
    except Fault as fault:
        if fault.code == "object-gone":
            return None
        raise


def publish(local: Path, uri: str) -> None:
    """Puts a file of this machine where the URI says. Names are never used twice."""
    if is_bucket(uri):
        bucket, key = bucket_and_key(uri)
        s3().upload_file(str(local), bucket, key)
        return
    target = folder_path(uri)
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
    with local.open("rb") as source, half.open("xb") as into:
        while chunk := source.read(CHUNK):
            into.write(chunk)
        into.flush()
        os.fsync(into.fileno())
    half.rename(target)


def create(uri: str, content: bytes) -> bool:
    """Writes an object only where there is none of its name; False: there is one, and it stays."""
    if is_bucket(uri):
        bucket, key = bucket_and_key(uri)
        try:
            s3().put_object(Bucket=bucket, Key=key, Body=content, IfNoneMatch="*")
        except Exception as error:
            if _code(error) in {"412", "PreconditionFailed", "409", "ConditionalRequestConflict"}:
                return False
            raise
        return True
    target = folder_path(uri)
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
    with half.open("xb") as into:
        into.write(content)
        into.flush()
        os.fsync(into.fileno())
    try:
        os.link(half, target)
    except FileExistsError:
        return False
    finally:
        half.unlink()
    return True
