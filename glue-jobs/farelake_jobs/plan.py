"""Plans as they lie in a store. Their shape is checked by whoever writes them (packages/plan/schema/plan.schema.json)."""

from __future__ import annotations

import json
from typing import Any

from . import places
from .fault import Fault

VERSION = 1


def read(uri: str) -> dict[str, Any]:
    """Raises Fault `bad-plan`, `object-gone`."""
    text = places.read_text(uri)
    if text is None:
        raise places.gone(uri)
    try:
        plan = json.loads(text)
    except ValueError as error:
        raise Fault("bad-plan", f"{uri} is no plan: it is damaged.") from error
    if plan.get("version") != VERSION or plan.get("dialect") != "spark":
        raise Fault("bad-plan", f"{uri} is a plan of another release, or for another engine than Spark.")
    return dict(plan)
