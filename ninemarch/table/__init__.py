"""The derived Parquet table of a run: rebuilt from the journal at any time, read by all analysis.

``ensure`` returns an up-to-date table of a run folder, ``read`` gives its columns and ``head`` what the run was.
"""

from ninemarch.table.build import ATTRIBUTE, TABLE_FILE, build, ensure
from ninemarch.table.read import TableHead, column_names, head, names, read, stream

__all__ = [
    "ATTRIBUTE",
    "TABLE_FILE",
    "TableHead",
    "build",
    "column_names",
    "ensure",
    "head",
    "names",
    "read",
    "stream",
]
