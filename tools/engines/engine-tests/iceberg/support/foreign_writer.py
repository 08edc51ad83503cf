"""PyIceberg as a writer where it has no business: foreign_writer.py <catalog> <SQLAlchemy address>. `load` reads the table's
metadata, `append` commits one of its rows once more to the table as it was loaded. Answers as reader.ts asks."""
import sys

from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import TableProperties

from json_lines import answer_all

# It would take the newest metadata and try again by itself; here it is asked what it was told.
TableProperties.COMMIT_NUM_RETRIES_DEFAULT = 0

name, uri = sys.argv[1:3]
catalog = SqlCatalog(name, uri=uri, init_catalog_tables="false")
loaded = {}


def load(question):
    loaded["table"] = catalog.load_table((question["namespace"], question["table"]))
    loaded["rows"] = loaded["table"].scan(limit=1).to_arrow()
    return loaded["table"].metadata_location


def append(question):
    table = loaded["table"]
    table.append(loaded["rows"])
    return table.metadata_location


answer_all({"load": load, "append": append})
