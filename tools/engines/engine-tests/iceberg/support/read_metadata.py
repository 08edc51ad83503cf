"""What PyIceberg's models and Avro readers make of metadata: read_metadata.py <folder> <location that its files say>.

Prints JSON: `metadata` by name of each metadata file, `lists` and `manifests` by name of each Avro file.
"""
import json
import pathlib
import sys
from collections.abc import Mapping

from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.manifest import read_manifest_list
from pyiceberg.serializers import FromInputFile

folder, location = sys.argv[1:3]


class Elsewhere(PyArrowFileIO):
    """The files lie in another folder than they say."""

    def new_input(self, path):
        return super().new_input(path.replace(location, folder, 1))


def plain(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return [{"key": key, "value": plain(one)} for key, one in sorted(value.items())]
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


ENTRY = ["status", "snapshot_id", "sequence_number", "file_sequence_number"]
DATA_FILE = [
    "content", "file_path", "file_format", "record_count", "file_size_in_bytes", "column_sizes", "value_counts",
    "null_value_counts", "nan_value_counts", "lower_bounds", "upper_bounds", "key_metadata", "split_offsets", "equality_ids",
    "sort_order_id",
]
MANIFEST = [
    "manifest_path", "partition_spec_id", "content", "sequence_number", "min_sequence_number", "added_snapshot_id",
    "added_files_count", "existing_files_count", "deleted_files_count", "added_rows_count", "existing_rows_count",
    "deleted_rows_count", "partitions", "key_metadata",
]


def fields(record, names):
    return {name: plain(getattr(record, name)) for name in names}


def entry_of(entry):
    return {**fields(entry, ENTRY), "data_file": fields(entry.data_file, DATA_FILE)}


io = Elsewhere()
answer = {"metadata": {}, "lists": {}, "manifests": {}}
for file in sorted(pathlib.Path(folder, "metadata").glob("*.metadata.json")):
    metadata = FromInputFile.table_metadata(io.new_input(f"{location}/metadata/{file.name}"))
    answer["metadata"][file.name] = json.loads(metadata.model_dump_json())
    for snapshot in metadata.snapshots:
        manifests = list(read_manifest_list(io.new_input(snapshot.manifest_list)))
        answer["lists"][pathlib.Path(snapshot.manifest_list).name] = [fields(one, MANIFEST) for one in manifests]
        for manifest in manifests:
            entries = manifest.fetch_manifest_entry(io, discard_deleted=False)
            answer["manifests"][pathlib.Path(manifest.manifest_path).name] = [entry_of(entry) for entry in entries]
print(json.dumps(answer))
