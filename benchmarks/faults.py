"""Faults injected into real code, and the tracebacks they leave: what ``clusters.py`` groups.

Covers eleven pure-Python modules of the standard library, each with a workload of varied inputs, and eight kinds of
small fault made in their syntax tree. A fault counts when some inputs fail by an exception that the sound module does
not raise. The label of a trace is its fault: several faults may raise at one place, and one fault at several.
"""

from __future__ import annotations

import ast
import copy
import importlib.util
import io
import json
import random
import signal
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INPUTS = 60
_LEAST, _MOST = 3, 20  # failing inputs that make a fault count; traces kept of one
_SECONDS = 0.3  # one input may take; a fault that loops is none of ours
_WORDS = (
    "alpha",
    "beta gamma",
    "x=1",
    "[a]",
    "'q",
    '"w"',
    "# no",
    "é",
    "<p>",
    "</p>",
    "&amp;",
    "-3",
    "1/7",
    "2.5e3",
    "",
)


@dataclass(frozen=True)
class Trace:
    """One failure: which fault made it, and its traceback as ninemarch records it."""

    fault: str
    detail: str


def _text(rng: random.Random) -> str:
    return rng.choice([" ", "\n", ", ", "\n\n"]).join(rng.choice(_WORDS) for _ in range(rng.randrange(1, 9)))


def _value(rng: random.Random, depth: int = 3) -> Any:
    kind = rng.randrange(7 if depth else 4)
    if kind > 4:
        return {f"k{rng.randrange(5)}": _value(rng, depth - 1) for _ in range(rng.randrange(4))}
    if kind == 4:
        return [_value(rng, depth - 1) for _ in range(rng.randrange(4))]
    return [_text(rng), rng.randrange(-9, 999), rng.random(), rng.choice([True, None])][kind]


def _config(rng: random.Random) -> str:
    sections = rng.sample(["a", "b c", "d"], rng.randrange(1, 4))
    keys = [[f"k{n} = {rng.choice(['1', '%(k0)s', 'two words'])}" for n in range(3)] for _ in sections]
    return "\n".join("\n".join([f"[{name}]", *lines]) for name, lines in zip(sections, keys, strict=True))


def _toml(rng: random.Random) -> str:
    values = ['"text\\n"', "[1, 2]", "1979-05-27T07:32:00Z", "{a = 1}", "0x1F", "'lit'", '"""m\nl"""', "3.5", "true"]
    return "".join(f"[t{n}]\nkey{n} = {rng.choice(values)}\n" for n in range(rng.randrange(1, 5)))


def _read_config(module: Any, rng: random.Random) -> None:
    parser = module.ConfigParser()
    parser.read_string(_config(rng))
    for section in parser.sections():
        dict(parser.items(section, raw=rng.random() < 0.5))
        parser.getint(section, "k0", fallback=3) if rng.random() < 0.2 else None


def _compare_texts(module: Any, rng: random.Random) -> None:
    a, b = (_text(rng).split("\n") for _ in range(2))
    list(module.unified_diff(a, b))
    module.SequenceMatcher(None, a, b).ratio()
    module.get_close_matches(_text(rng), _WORDS, cutoff=0.3)
    list(module.ndiff(a, b))


def _parse_html(module: Any, rng: random.Random) -> None:
    parser = module.HTMLParser()
    parser.feed(f"<a href='{rng.randrange(9)}'>{_text(rng)}<br/><!-- c --><!DOCTYPE x><?pi?></a>")
    parser.close()


def _split_urls(module: Any, rng: random.Random) -> None:
    url = f"http://u:p@h{rng.randrange(3)}.org:8{rng.randrange(9)}/p{_text(rng)}?a={rng.randrange(9)}&b=é#f"
    parts = module.urlsplit(url)
    module.urlunsplit(parts)
    module.parse_qs(parts.query)
    module.quote(_text(rng))
    module.urlencode({"k": _text(rng)})
    module.urljoin(url, rng.choice(["../x", "/y", "z?q", "//h/p"]))


def _fractions(module: Any, rng: random.Random) -> None:
    a, b = (module.Fraction(rng.choice(["1/3", "-2.5", "7e2", "4", "22/7"])) for _ in range(2))
    _ = (a + b, a * b, a - b, round(a, 1), a.limit_denominator(5), str(b))
    _ = (float(a), hash(b), a < b, abs(a), a // b, a**2)


def _arguments(module: Any, rng: random.Random) -> None:
    parser = module.ArgumentParser(prog="p", exit_on_error=False)
    parser.add_argument("--n", type=int, default=1)
    parser.add_argument("--f", action="store_true")
    parser.add_argument("rest", nargs="*")
    parser.parse_args(rng.choice([["--n", "3"], ["--f", "a", "b"], ["--n=4", "x"], []]))
    parser.format_help()


def _shell_words(module: Any, rng: random.Random) -> None:
    text = rng.choice(["a 'b c' d", 'x "y\\" z"', "k=v # no", "e\\ f", _text(rng).replace("'", "").replace('"', "")])
    module.join(module.split(text, comments=rng.random() < 0.5))
    list(module.shlex(text, punctuation_chars=rng.random() < 0.5))


def _wrap(module: Any, rng: random.Random) -> None:
    wrapper = module.TextWrapper(width=rng.randrange(8, 30), max_lines=rng.choice([None, 2]), initial_indent="* ")
    wrapper.fill(_text(rng))
    module.dedent("  a\n    b\n" + _text(rng))
    module.shorten(_text(rng), 12)
    module.indent(_text(rng), "> ")


def _statistics(module: Any, rng: random.Random) -> None:
    data = [rng.choice([1, 2.5, 3, 7]) for _ in range(rng.randrange(3, 9))]
    for name in ("mean", "median", "pvariance", "stdev", "mode", "quantiles", "harmonic_mean", "multimode"):
        getattr(module, name)(data)
    module.NormalDist(1, 2).cdf(rng.random())
    module.linear_regression([1, 2, 3], data[:3])


WORK: dict[str, Callable[[Any, random.Random], object]] = {
    "argparse": _arguments,
    "configparser": _read_config,
    "difflib": _compare_texts,
    "fractions": _fractions,
    "html.parser": _parse_html,
    "json.decoder": lambda module, rng: module.JSONDecoder().decode(json.dumps(_value(rng), indent=1)),
    "shlex": _shell_words,
    "statistics": _statistics,
    "textwrap": _wrap,
    "tomllib._parser": lambda module, rng: module.loads(_toml(rng)),
    "urllib.parse": _split_urls,
}


class _Fault(ast.NodeTransformer):
    """Makes one small fault at the n-th place where its kind can stand; counts the places."""

    def __init__(self, kind: str, place: int) -> None:
        self._kind, self._place, self.places = kind, place, 0

    def visit(self, node: ast.AST) -> Any:
        self.generic_visit(node)
        made = _broken(self._kind, node)
        if made is None:
            return node
        self.places += 1
        return ast.copy_location(made, node) if self.places - 1 == self._place else node


def _broken(kind: str, node: ast.AST) -> ast.AST | None:
    """The node with the fault, None where the kind does not fit."""
    none = ast.Constant(None)
    if kind == "returns nothing" and isinstance(node, ast.Return) and node.value is not None:
        return ast.Return(none)
    if kind == "wrong attribute" and isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        return ast.Attribute(node.value, f"{node.attr}_", node.ctx)
    if kind == "off by one" and isinstance(node, ast.Constant) and type(node.value) is int:
        return ast.Constant(node.value + 1)
    if kind == "wrong key" and isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return ast.Subscript(node.value, ast.Constant("nosuch"), node.ctx)
    if kind == "argument lost" and isinstance(node, ast.Call) and node.args:
        return ast.Call(node.func, node.args[:-1], node.keywords)
    if kind == "not assigned" and isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return ast.Pass()
    if kind == "condition turned" and isinstance(node, ast.If):
        return ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    if kind == "call lost" and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.value
    return None


KINDS = (
    "returns nothing",
    "wrong attribute",
    "off by one",
    "wrong key",
    "argument lost",
    "not assigned",
    "condition turned",
    "call lost",
)


def traces(*, seed: int, faults: int) -> Iterator[Trace]:
    """Yield the traces of so many faults of every module, at random places and of random kinds."""
    rng = random.Random(seed)
    for name, work in WORK.items():
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
        sound = _failures(tree, name, spec.parent or "", work)
        made = tries = 0
        while made < faults and tries < 40 * faults:
            tries += 1
            kind = rng.choice(KINDS)
            counter = _Fault(kind, -1)
            counter.visit(copy.deepcopy(tree))
            if not counter.places:
                continue
            place = rng.randrange(counter.places)
            broken = ast.fix_missing_locations(_Fault(kind, place).visit(copy.deepcopy(tree)))
            found = {
                n: text for n, text in _failures(broken, name, spec.parent or "", work).items() if n not in sound
            }
            if len(found) >= _LEAST:
                made += 1
                yield from (Trace(f"{name}: {kind} {place}", text) for text in list(found.values())[:_MOST])


def _failures(tree: ast.Module, name: str, parent: str, work: Callable[..., object]) -> dict[int, str]:
    """Input -> traceback, of the inputs that the module fails on; none where it cannot even be loaded."""
    file = f"bot/{name.replace('.', '/')}.py"
    module = types.ModuleType(name)
    module.__package__ = parent
    found: dict[int, str] = {}
    try:
        with _limit(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(tree, file, "exec"), module.__dict__)
    except BaseException:  # noqa: BLE001 - a fault may raise anything
        return found
    for number in range(INPUTS):
        try:
            with _limit(), redirect_stderr(io.StringIO()), redirect_stdout(io.StringIO()):
                work(module, random.Random(number))
        except _TooLong:
            return {}
        except BaseException as error:  # noqa: BLE001 - a fault may raise anything
            found[number] = _told(error)
    return found


def _told(error: BaseException) -> str:
    """The traceback as the engine records it: from the target's own first frame, files by their short names."""
    error.__cause__ = error.__context__ = None
    own = traceback.TracebackException.from_exception(error)
    while own.stack and not own.stack[0].filename.startswith("bot/"):
        own.stack.pop(0)
    return "".join(own.format())


class _TooLong(BaseException):
    pass


@contextmanager
def _limit() -> Iterator[None]:
    def late(*_: object) -> None:
        raise _TooLong

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
