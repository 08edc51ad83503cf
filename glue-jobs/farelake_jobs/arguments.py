"""Arguments as AWS Glue gives them, and the plan that they name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from . import places

USAGE = """Each job takes --JOB_NAME <name> and one of
  --PLAN <uri>                              the plan to run
  --OBJECT_KEY <key> --RUNS <uri> [--BUCKET <bucket>]
                                            the newest plan of a delivered object; <uri> is the folder _runs of the stage
  --WORKFLOW_NAME <name> --WORKFLOW_RUN_ID <id>
                                            inside a workflow of Glue: the properties of the run say one of the above"""

RunProperties = Callable[[str, str], Mapping[str, str]]


class UsageError(Exception):
    """The arguments name no plan."""


def resolve(argv: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """The values of the named arguments that are given, as `--NAME value` or `--NAME=value`; others are Glue's own.

    `awsglue.utils.getResolvedOptions` wants each name to be there and refuses some; where it exists it is asked for
    those that are.
    """
    given = [name for name in names if any(one == f"--{name}" or one.startswith(f"--{name}=") for one in argv)]
    try:
        from awsglue.utils import getResolvedOptions  # type: ignore[import-not-found]
    except ImportError:
        return _parsed(argv, given)
    resolved = getResolvedOptions(list(argv), given)
    return {name: resolved[name] for name in given}


def _parsed(argv: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for place, one in enumerate(argv):
        for name in names:
            if one.startswith(f"--{name}="):
                values[name] = one[len(name) + 3 :]
            elif one == f"--{name}":
                if place + 1 >= len(argv):
                    raise UsageError(f"--{name} has no value.\n{USAGE}")
                values[name] = argv[place + 1]
    return values


_NAMES = ("JOB_NAME", "PLAN", "OBJECT_KEY", "BUCKET", "RUNS", "WORKFLOW_NAME", "WORKFLOW_RUN_ID")


def plan_of(argv: Sequence[str], run_properties: RunProperties | None = None) -> str:
    """The URI of the plan that the arguments name. Raises UsageError, and what the store raises."""
    given = resolve(argv, _NAMES)
    if "JOB_NAME" not in given:
        raise UsageError(f"--JOB_NAME is missing.\n{USAGE}")
    if "WORKFLOW_NAME" in given and "WORKFLOW_RUN_ID" in given:
        asked = run_properties or _properties_of_glue
        properties = asked(given["WORKFLOW_NAME"], given["WORKFLOW_RUN_ID"])
        given = {**given, **{name.upper(): value for name, value in properties.items()}}
    if "PLAN" in given:
        return given["PLAN"]
    if "OBJECT_KEY" in given and "RUNS" in given:
        return _plan_of_object(given)
    raise UsageError(f"The arguments name no plan.\n{USAGE}")


def _plan_of_object(given: Mapping[str, str]) -> str:
    key = given["OBJECT_KEY"]
    pointer = f"{given['RUNS'].rstrip('/')}/objects/{key}.json"
    text = places.read_text(pointer)
    if text is None:
        raise UsageError(
            f"There is no plan for {key}: {pointer} does not exist. Plans are compiled by farelake when an object is "
            "registered and its batch is started; npm run glue does both."
        )
    told = json.loads(text)
    bucket = told.get("bucket")
    if "BUCKET" in given and bucket is not None and bucket != given["BUCKET"]:
        raise UsageError(f"The plan of {key} is for bucket {bucket}, not for {given['BUCKET']}.")
    return str(told["plan"])


def _properties_of_glue(workflow: str, run: str) -> Mapping[str, str]:
    import boto3  # type: ignore[import-untyped]

    answer = boto3.client("glue").get_workflow_run_properties(Name=workflow, RunId=run)
    return dict(answer["RunProperties"])
