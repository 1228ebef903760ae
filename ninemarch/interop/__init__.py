"""The one Decision in the formats of other tools: JUnit XML, and GitHub's annotations, step summary and outputs.

Covers writing. Every number is the decision's own, in the words of ``claims`` and ``numbers``.
"""

from ninemarch.interop.github import outputs, publish, workflow_commands
from ninemarch.interop.junit import junit_xml
from ninemarch.interop.summary import step_summary

__all__ = ["junit_xml", "outputs", "publish", "step_summary", "workflow_commands"]
