"""The package's surface: every public name loads lazily, is documented, and its examples run."""

import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

import ninemarch.stats

MODULES = sorted(module.name for module in pkgutil.iter_modules(ninemarch.stats.__path__))
FORBIDDEN = {"pandas", "pyarrow", "typer", "pathlib", "random", "subprocess", "matplotlib"}


def test_importing_the_package_loads_neither_numpy_nor_scipy():
    code = "import ninemarch.stats, sys; print(sorted({'numpy', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_using_the_core_does_not_load_the_slow_part_of_scipy():
    code = (
        "import sys; from ninemarch.stats import gaffke, clopper_pearson, weighted_gamma, two_stage;"
        "gaffke([0.0, 0.5]); clopper_pearson(1, 3);"
        "print(sorted({'scipy.stats', 'scipy.optimize', 'scipy.integrate'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_loads_and_no_module_shadows_one():
    for name in ninemarch.stats.__all__:
        value = getattr(ninemarch.stats, name)
        assert name == "Side" or inspect.getdoc(value), name
    assert not set(ninemarch.stats.__all__) & set(MODULES)
    assert dir(ninemarch.stats) == sorted(ninemarch.stats.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = ninemarch.stats.no_such_name


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_the_documentation(name):
    module = importlib.import_module(f"ninemarch.stats.{name}")
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert result.failed == 0
    assert result.attempted > 0 or name == "roots"


@pytest.mark.parametrize("name", MODULES)
def test_modules_are_pure_and_say_what_they_cover(name):
    module = importlib.import_module(f"ninemarch.stats.{name}")
    assert "over" in module.__doc__, "says what it covers"
    assert not FORBIDDEN & set(vars(module))
    assert set(module.__all__) <= set(vars(module))
    for public in module.__all__:
        value = getattr(module, public)
        if inspect.isfunction(value) and value.__module__ == module.__name__:
            assert ">>>" in inspect.getdoc(value) or name in {"interval", "roots"}, f"{name}.{public} has an example"
