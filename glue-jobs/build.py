"""Packs what AWS Glue is given: entry scripts, and a zip of the package whose name has the hash of its content.

The same code gives the same bytes, on any machine: a deployment without a change shows none. Needs Python alone.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
#: The earliest time that a zip can tell.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def packed() -> bytes:
    """The zip of the package."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as into:
        for source in sorted((HERE / "farelake_jobs").glob("*.py")):
            entry = zipfile.ZipInfo(f"farelake_jobs/{source.name}", _EPOCH)
            entry.external_attr = 0o644 << 16
            into.writestr(entry, source.read_bytes())
    return content.getvalue()


def main() -> None:
    """Writes `dist/`, with a manifest of what is in it."""
    dist = HERE / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir()
    content = packed()
    name = f"farelake_jobs-{hashlib.sha256(content).hexdigest()[:16]}.zip"
    (dist / name).write_bytes(content)
    scripts = {}
    for script in sorted((HERE / "scripts").glob("*.py")):
        own = f"{script.stem}-{hashlib.sha256(script.read_bytes()).hexdigest()[:16]}.py"
        (dist / own).write_bytes(script.read_bytes())
        scripts[script.stem] = own
    lines = (HERE / "requirements.txt").read_text().splitlines()
    given = [line for line in lines if line and not line.startswith(("#", "pyspark", "boto3"))]
    manifest = {"package": name, "scripts": scripts, "additionalPythonModules": given}
    (dist / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(json.dumps(manifest))


if __name__ == "__main__":
    main()
