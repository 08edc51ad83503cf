"""One MERGE of delta-rs in a process of its own: python fold_delta.py <ByHand as JSON>.

The table is first written as a Delta table, by a further process, which is not measured. Measured is the merge of the
newest change of each key, from reading the changes on.
"""
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from urllib.parse import unquote, urlparse

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from deltalake import DeltaTable, write_deltalake


def dataset(uris):
    return ds.dataset([unquote(urlparse(uri).path) for uri in uris])


def merge(table, given):
    columns = dataset(given["current"]).schema.names
    changes = dataset(given["changes"]).to_table(columns=columns + ["header__change_oper"])
    changes = changes.sort_by([("transaction_id", "ascending"), ("header__change_seq", "ascending")])
    keys = changes["transaction_id"].combine_chunks()
    newest = changes.filter(pa.concat_arrays([pc.not_equal(keys[1:], keys[:-1]), pa.array([True])]))
    (
        DeltaTable(table)
        .merge(newest, predicate="t.transaction_id = s.transaction_id", source_alias="s", target_alias="t")
        .when_matched_delete(predicate="s.header__change_oper = 'D'")
        .when_matched_update(updates={name: f"coalesce(s.{name}, t.{name})" for name in columns})
        .when_not_matched_insert(
            updates={name: f"s.{name}" for name in columns}, predicate="s.header__change_oper = 'I'"
        )
        .execute()
    )


def sizes(table):
    return {name: os.path.getsize(os.path.join(table, name)) for name in os.listdir(table) if name.endswith(".parquet")}


def measure(table, given):
    before = sizes(table)
    began = time.perf_counter()
    cpu = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    merge(table, given)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "wallSeconds": time.perf_counter() - began,
        "cpuSeconds": sum(used[:2]) - cpu,
        "peakBytes": used.ru_maxrss * 1024,
        "bytesWritten": sum(size for name, size in sizes(table).items() if name not in before),
    }


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    table = os.path.join(given["folder"], "delta")
    if len(sys.argv) > 2:
        write_deltalake(table, dataset(given["current"]).scanner().to_reader())
    else:
        shutil.rmtree(table, ignore_errors=True)
        subprocess.run([sys.executable, __file__, sys.argv[1], "set-up"], check=True)
        print(json.dumps(measure(table, given)))
        shutil.rmtree(table)
