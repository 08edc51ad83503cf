"""How a job is told what to do."""

import json

import pytest

from farelake_jobs.arguments import UsageError, plan_of, resolve


def test_values_follow_their_name_or_an_equals_sign():
    argv = ["--JOB_NAME", "x", "--PLAN=file:///p", "--enable-metrics", "--conf", "a=b"]
    assert resolve(argv, ["JOB_NAME", "PLAN", "RUNS"]) == {"JOB_NAME": "x", "PLAN": "file:///p"}


def test_a_plan_is_found_by_the_key_of_its_object(tmp_path):
    pointer = tmp_path / "objects" / "cubic" / "LOAD1.csv.gz.json"
    pointer.parent.mkdir(parents=True)
    pointer.write_text(json.dumps({"plan": "file:///plan", "bucket": "incoming"}))
    argv = ["--JOB_NAME", "x", "--OBJECT_KEY", "cubic/LOAD1.csv.gz", "--RUNS", f"file://{tmp_path}"]
    assert plan_of(argv) == "file:///plan"
    assert plan_of([*argv, "--BUCKET", "incoming"]) == "file:///plan"
    with pytest.raises(UsageError, match="for bucket incoming"):
        plan_of([*argv, "--BUCKET", "other"])


def test_in_a_workflow_the_properties_of_the_run_say_it():
    argv = ["--JOB_NAME", "x", "--WORKFLOW_NAME", "w", "--WORKFLOW_RUN_ID", "r"]
    asked = []

    def properties(name, run):
        asked.append((name, run))
        return {"plan": "s3://b/p"}

    assert plan_of(argv, properties) == "s3://b/p"
    assert asked == [("w", "r")]


@pytest.mark.parametrize("argv", [[], ["--PLAN", "file:///p"], ["--JOB_NAME", "x"], ["--JOB_NAME", "x", "--PLAN"]])
def test_arguments_that_name_no_plan_are_refused_with_the_usage(argv):
    with pytest.raises(UsageError, match="--OBJECT_KEY"):
        plan_of(argv)


def test_an_object_without_a_plan_is_told_with_what_to_do(tmp_path):
    with pytest.raises(UsageError, match="npm run glue"):
        plan_of(["--JOB_NAME", "x", "--OBJECT_KEY", "k", "--RUNS", f"file://{tmp_path}"])
