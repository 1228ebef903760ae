"""References to code: ``module:name``, looked up beside the suite file first, and hashed with what they import.

Covers finding, importing and hashing. The only place that imports a user's code by name.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.metadata
import importlib.util
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from ninemarch.errors import SuiteError, nearest
from ninemarch.text import fault


def resolve(ref: str, folder: Path | None, *, needs: Iterable[str] = (), extra: str = "") -> Any:
    """Return the object that ``module:name`` names.

    Args:
        ref: the reference; ``name`` may be dotted.
        folder: put first on the import path, so that a suite's own modules are found; stays there. The
            working folder is put last.
        needs: modules that must be importable, for a message that says what to install.
        extra: what installs them.

    Raises:
        SuiteError: the module or the name cannot be had, or importing it fails.
    """
    require(needs, extra)
    module_name, _, name = ref.partition(":")
    if folder is not None and str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    # The folder one works in comes last: an installed command, unlike python -m, does not look there by itself.
    if not {"", str(Path.cwd())} & set(sys.path):
        sys.path.append(str(Path.cwd()))
    module = _import(module_name, ref, folder)
    _refuse_shadow(module, module_name, folder)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            hint = nearest(part, [n for n in dir(found) if not n.startswith("_")])
            msg = f"python: {ref}: module {module_name} has no '{part}'{hint}; give module:name of a callable"
            raise SuiteError(msg)
        found = getattr(found, part)
    return found


def _import(module_name: str, ref: str, folder: Path | None) -> ModuleType:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        missing = error.name or module_name
        if module_name == missing or module_name.startswith(missing + "."):
            where = f"in {folder}, here" if folder else "here"
            msg = f"python: {ref}: no module '{missing}' {where} or installed; check the name, or install the package"
        else:
            msg = f"python: {ref}: its module needs '{missing}', which is not installed; install it"
        raise SuiteError(msg) from error
    except (Exception, SystemExit) as error:
        msg = f"python: {ref}: importing {module_name} failed: {fault(error)}{_place(error)}; mend the module"
        raise SuiteError(msg) from error


def _place(error: BaseException) -> str:
    """Where an import failed: the line that does not parse, or the last one that ran."""
    if isinstance(error, SyntaxError) and error.filename:
        return f" ({Path(error.filename).name}, line {error.lineno})"
    frames = traceback.extract_tb(error.__traceback__)
    return f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""


def require(needs: Iterable[str], extra: str) -> None:
    """Raise SuiteError naming the modules that are missing and the command that installs them."""
    missing = [name for name in needs if not _importable(name)]
    if missing:
        how = f"; install them with: {extra}" if extra else ""
        msg = f"this suite needs modules that are not installed: {', '.join(missing)}{how}"
        raise SuiteError(msg)


def _importable(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):  # the package around it is missing, or it is no name at all
        return False


def _refuse_shadow(module: ModuleType, module_name: str, folder: Path | None) -> None:
    """Refuse a module of the same name that another suite has already loaded."""
    if folder is None or not module.__file__:
        return
    local = module_file(module_name, folder)
    if local is not None and local.resolve() != Path(module.__file__).resolve():
        msg = (
            f"module '{module_name}' beside the suite ({local}) is hidden by one already loaded from "
            f"{module.__file__}; give the suite's modules names of their own"
        )
        raise SuiteError(msg)


def module_file(module_name: str, folder: Path) -> Path | None:
    """Return the file of a module that lies in ``folder``, or None."""
    base = folder.joinpath(*module_name.split("."))
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def source_digest(refs: Iterable[str], folder: Path | None) -> dict[str, str]:
    """Return relative file name -> SHA-256 of every module in ``folder`` that the references import.

    Follows import statements without running anything, so that a change in a helper module changes the hash.
    Code outside the folder is not followed: a suite names the versions it ``depends`` on.
    """
    if folder is None:
        return {}
    queue = [ref.partition(":")[0] for ref in refs]
    digests: dict[str, str] = {}
    seen: set[str] = set()
    while queue:
        name = queue.pop()
        if name in seen:
            continue
        seen.add(name)
        file = module_file(name, folder)
        if file is None:
            continue
        raw = file.read_bytes()
        digests[file.relative_to(folder).as_posix()] = hashlib.sha256(raw).hexdigest()
        queue += _imports(raw, name, is_package=file.name == "__init__.py")
        queue += [name.rpartition(".")[0]] if "." in name else []
    return dict(sorted(digests.items()))


def _imports(raw: bytes, name: str, *, is_package: bool) -> list[str]:
    try:
        tree = ast.parse(raw)
    except (SyntaxError, ValueError):
        return []  # importing it says what is wrong
    package = name if is_package else name.rpartition(".")[0]
    out = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            out += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parts, base] if base else parts)
            out += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return out


def versions(distributions: Iterable[str]) -> dict[str, str]:
    """Return distribution -> installed version (``"missing"`` where it is not installed)."""
    found = {}
    for name in distributions:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "missing"
    return found
