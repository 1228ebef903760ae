"""Strict YAML: 1.2 rules, no tags, no duplicate keys, bounded size, and the line of every value.

Covers turning bytes into plain Python values with their places. Does not know what a suite is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer, ComposerError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ninemarch.errors import SuiteError

MAX_BYTES = 4_000_000
MAX_NODES = 200_000  # after expanding aliases: a 324-byte alias bomb holds 10^8 leaves
MAX_DEPTH = 40
_CORE = "tag:yaml.org,2002:"
_PLAIN_TAGS = frozenset(_CORE + name for name in ("str", "int", "float", "bool", "null", "map", "seq", "merge"))
# Not in YAML 1.2's core schema, but ruamel.yaml still resolves them: a date and a lone = are text.
_TEXT_TAGS = frozenset({_CORE + "timestamp", _CORE + "value"})
_KEY_TAGS = frozenset({_CORE + "str", _CORE + "merge"})

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its value, and the line on which each value starts.

    Args:
        value: plain dicts, lists, strings, numbers, booleans, None.
        lines: path of keys and indexes -> 1-based line.
        scalars: path of every scalar -> as it stands in the file, without quotes.
    """

    value: Any
    lines: dict[Path_, int]
    scalars: dict[Path_, str]

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
    yaml.Composer = _Shallow
    yaml.allow_duplicate_keys = False
    if re.match(r"(\s*#[^\n]*\n|\s)*%", text):
        msg = f"{name}: a line that begins with % is not allowed; suite files follow YAML 1.2"
        raise SuiteError(msg)
    try:
        root = yaml.compose(text)
        if root is None:
            return Document(None, {}, {})
        walk = _Walk(name)
        walk.node(root, ())
        return Document(yaml.constructor.construct_document(root), walk.lines, walk.scalars)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = str(error.problem or error.context or "not valid YAML").split("\n")[0]
        msg = f"{name}{place}: {problem}; each key may stand once, indentation is by spaces"
        raise SuiteError(msg) from error
    except (YAMLError, ValueError) as error:
        msg = f"{name}: not valid YAML: {str(error).splitlines()[0].partition('; use ')[0]}"
        raise SuiteError(msg) from error
    except RecursionError as error:
        msg = f"{name}: nested too deeply; at most {MAX_DEPTH} levels are read"
        raise SuiteError(msg) from error


def _joined(text: str) -> str:
    """Join the halves of characters that JSON escapes as two: YAML alone would leave two lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text


class _Shallow(Composer):
    """Stops at the first node that is nested too deeply, before the stack or the time runs out."""

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self._depth += 1
        if self._depth > MAX_DEPTH + 2:
            mark = self.parser.peek_event().start_mark
            raise ComposerError(problem=f"nested too deeply, at most {MAX_DEPTH} levels are read", problem_mark=mark)
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


class _Walk:
    """Records the place of every node; refuses tags, depth, alias bombs and keys that are not text."""

    def __init__(self, name: str) -> None:
        self.lines: dict[Path_, int] = {}
        self.scalars: dict[Path_, str] = {}
        self._name = name
        self._budget = MAX_NODES

    def node(self, node: Node, path: Path_) -> None:
        """Record ``node``, which stands at ``path``, and everything below it."""
        self._budget -= 1
        line = node.start_mark.line + 1
        if self._budget < 0 or len(path) > MAX_DEPTH:
            self._refuse(line, f"too large or too deep (limit {MAX_NODES:,} values, {MAX_DEPTH} levels)")
        if str(node.tag) in _TEXT_TAGS:
            node.tag = _CORE + "str"
        if str(node.tag) not in _PLAIN_TAGS:
            self._refuse(line, f"tag {node.tag} is not allowed; suite files are data, write the value plainly")
        self.lines[path] = line
        if isinstance(node, ScalarNode):
            node.value = _joined(str(node.value))
            self.scalars[path] = node.value
        elif isinstance(node, MappingNode):
            for key, value in node.value:
                part = self._key(key)
                self.node(value, (*path, part))
                self.lines[*path, part] = key.start_mark.line + 1
        elif isinstance(node, SequenceNode):
            for index, value in enumerate(node.value):
                self.node(value, (*path, index))

    def _key(self, key: Node) -> str:
        line = key.start_mark.line + 1
        if not isinstance(key, ScalarNode):
            self._refuse(line, "a key must be text, not a list or a mapping")
        if str(key.tag) in _TEXT_TAGS:
            key.tag = _CORE + "str"
        if str(key.tag) not in _KEY_TAGS:
            what = str(key.tag).removeprefix(_CORE)
            self._refuse(
                line, f'key {key.value} is read by YAML as {what}, not as text; put it in quotes: "{key.value}"'
            )
        key.value = _joined(str(key.value))
        return str(key.value)

    def _refuse(self, line: int, what: str) -> NoReturn:
        msg = f"{self._name}, line {line}: {what}"
        raise SuiteError(msg)
