"""The one Decision in the formats of other tools: JUnit XML, and GitHub's annotations, step summary and outputs.

Covers writing, every number the decision's own, in the words of ``claims`` and ``numbers``; and reading what a march
takes from elsewhere: counts of releases in CSV, effort from git.
"""

from ninemarch.interop.counts_csv import CountedRelease, read_counts
from ninemarch.interop.git import effort_from
from ninemarch.interop.github import outputs, publish, workflow_commands
from ninemarch.interop.junit import junit_xml
from ninemarch.interop.summary import step_summary

__all__ = [
    "CountedRelease",
    "effort_from",
    "junit_xml",
    "outputs",
    "publish",
    "read_counts",
    "step_summary",
    "workflow_commands",
]
