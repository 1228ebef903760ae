"""The durable record of a run: append-only frames with length and checksum.

``Journal`` writes, ``read_journal`` reads. A trial is acknowledged once its frame has been synced to disk; an
acknowledged trial survives kill -9 and power loss. ``runs`` finds the run folders.
"""

from ninemarch.journal.frames import Frame, read_frames
from ninemarch.journal.record import (
    ENDINGS,
    SEVERITIES,
    VERDICTS,
    JournalSummary,
    Row,
    Texts,
    decode_plan,
    decode_trials,
    encode_plan,
    encode_trials,
    plan_from,
    read_journal,
    read_notes,
    read_plan,
    recorded_texts,
    recorded_trials,
    summarize,
    texts_of,
)
from ninemarch.journal.runs import HUNTS, find_record, find_run, list_runs, new_run_folder, runs_folder
from ninemarch.journal.writer import Journal

__all__ = [
    "ENDINGS",
    "HUNTS",
    "SEVERITIES",
    "VERDICTS",
    "Frame",
    "Journal",
    "JournalSummary",
    "Row",
    "Texts",
    "decode_plan",
    "decode_trials",
    "encode_plan",
    "encode_trials",
    "find_record",
    "find_run",
    "list_runs",
    "new_run_folder",
    "plan_from",
    "read_frames",
    "read_journal",
    "read_notes",
    "read_plan",
    "recorded_texts",
    "recorded_trials",
    "runs_folder",
    "summarize",
    "texts_of",
]
