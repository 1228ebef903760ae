"""Strict YAML: 1.2 rules, no tags, no duplicate keys, bounded size, and the line of every value.

Covers turning bytes into plain Python values with their places. Does not know what a suite is.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ninemarch.errors import SuiteError

MAX_BYTES = 4_000_000
MAX_NODES = 200_000  # after expanding aliases: a 324-byte alias bomb holds 10^8 leaves
MAX_DEPTH = 40
_PLAIN_TAG = "tag:yaml.org,2002:"

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its value, and the line on which each value starts.

    Args:
        value: plain dicts, lists, strings, numbers, booleans, None.
        lines: path of keys and indexes -> 1-based line.
    """

    value: Any
    lines: dict[Path_, int]

    def line(self, path: Path_) -> int:
        """The line of ``path``, or of the nearest enclosing value that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(path: Path) -> Document:
    """Read one YAML file strictly.

    Args:
        path: the file.

    Returns:
        The value and the lines of its parts.

    Raises:
        SuiteError: the file is missing, too large, not UTF-8, not YAML, has a duplicate key or a tag.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        msg = f"cannot read the suite file: {path} ({error.strerror or error}); give an existing YAML file"
        raise SuiteError(msg) from error
    if len(raw) > MAX_BYTES:
        msg = f"{path}: {len(raw):,} bytes; at most {MAX_BYTES:,} are read; move scenarios to a JSONL or Parquet file"
        raise SuiteError(msg)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        msg = f"{path}, line {line}: not UTF-8 (byte 0x{raw[error.start]:02x}); save the file as UTF-8"
        raise SuiteError(msg) from error
    return parse_yaml(text, str(path))


def parse_yaml(text: str, name: str) -> Document:
    """Parse YAML text strictly; see ``read_yaml``. ``name`` is how messages call it."""
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_duplicate_keys = False
    try:
        root = yaml.compose(text)
        lines: dict[Path_, int] = {}
        if root is not None:
            _walk(root, (), lines, name, budget=[MAX_NODES])
        return Document(YAML(typ="safe", pure=True).load(text), lines)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = str(error.problem or error.context or "not valid YAML").split("\n")[0]
        msg = f"{name}{place}: {problem}; each key may stand once, indentation is by spaces"
        raise SuiteError(msg) from error
    except (YAMLError, ValueError) as error:
        msg = f"{name}: not valid YAML: {str(error).splitlines()[0]}"
        raise SuiteError(msg) from error
    except RecursionError as error:
        msg = f"{name}: nested too deeply; at most {MAX_DEPTH} levels are read"
        raise SuiteError(msg) from error


def _walk(node: Node, path: Path_, lines: dict[Path_, int], name: str, budget: list[int]) -> None:
    """Record the lines below ``node``; refuse tags, depth and alias bombs."""
    budget[0] -= 1
    line = node.start_mark.line + 1
    if budget[0] < 0 or len(path) > MAX_DEPTH:
        msg = f"{name}, line {line}: too large or too deep (limit {MAX_NODES:,} values, {MAX_DEPTH} levels)"
        raise SuiteError(msg)
    if not str(node.tag).startswith(_PLAIN_TAG) or str(node.tag).startswith(_PLAIN_TAG + "python"):
        msg = f"{name}, line {line}: tag {node.tag} is not allowed; suite files are data, write the value plainly"
        raise SuiteError(msg)
    lines[path] = line
    if isinstance(node, MappingNode):
        for key, value in node.value:
            part = key.value if isinstance(key, ScalarNode) else str(key.start_mark.line)
            _walk(value, (*path, part), lines, name, budget)
            lines[*path, part] = key.start_mark.line + 1
    elif isinstance(node, SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*path, index), lines, name, budget)
