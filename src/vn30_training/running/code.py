"""Which code a node runs: the modules its function's module imports, directly or not."""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.metadata
import importlib.util
import platform
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = "vn30_training"
_CLASS_PATH = re.compile(rf"({PACKAGE}(?:\.\w+)+):\w+")
_DISTRIBUTIONS = {"sklearn": "scikit-learn", "yaml": "PyYAML"}
_COMPILED = {"__pycache__"}


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """One module: the hash of its source and data files, and what it imports."""

    digest: str
    inside: frozenset[str]
    outside: frozenset[str]


def code_hash(function: Callable[..., Any], referring: Iterable[str] = ()) -> str:
    """Return a hash of all code that ``function`` may run.

    It covers the sources (and data files beside them) of its module and of every module of this
    package that is imported from there, wherever the import stands, and the versions of Python and
    of the other packages imported.

    Parameters
    ----------
    function
        A function of a module; a `functools.partial` of one also counts its arguments.
    referring
        Texts, such as parameters; each ``package.module:Class`` of this package in them counts as
        an import.
    """
    arguments: list[str] = []
    while isinstance(function, functools.partial):
        arguments.append(repr((function.args, sorted(function.keywords.items()))))
        function = function.func
    named = {name for text in referring for name in _CLASS_PATH.findall(text)}
    content = [
        function.__qualname__,
        *arguments,
        _closure_hash(function.__module__, *sorted(named)),
    ]
    return hashlib.sha256("\n".join(content).encode()).hexdigest()


@functools.cache
def _closure_hash(*modules: str) -> str:
    digests: dict[str, str] = {}
    outside: set[str] = set()
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name in digests:
            continue
        facts = module_facts(name)
        digests[name] = facts.digest
        outside |= facts.outside
        waiting.extend(facts.inside - digests.keys())
    versions = {name: _version(name) for name in sorted(outside)}
    content = repr((platform.python_version(), sorted(digests.items()), versions))
    return hashlib.sha256(content.encode()).hexdigest()


@functools.cache
def module_facts(name: str) -> ModuleFacts:
    """Return what is known of a module from its source, without importing it."""
    path = _source(name)
    if path is None:
        return ModuleFacts("", frozenset(), frozenset())
    source = path.read_bytes()
    digest = hashlib.sha256(source)
    inside = {name.rpartition(".")[0]} if name.startswith(f"{PACKAGE}.") else set()
    outside: set[str] = set()
    if name.split(".")[0] == PACKAGE:
        for data in _data_files(path.parent):
            digest.update(data.read_bytes())
    for imported in _imports(ast.parse(source), name, path.name == "__init__.py"):
        if imported.split(".")[0] == PACKAGE:
            inside.add(imported if _source(imported) else imported.rpartition(".")[0])
        else:
            outside.add(imported.split(".")[0])
    return ModuleFacts(digest.hexdigest(), frozenset(inside), frozenset(outside))


def _imports(tree: ast.Module, name: str, is_package: bool) -> Iterable[str]:
    package = name if is_package else name.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = importlib.util.resolve_name("." * node.level + base, package)
            yield from (f"{base}.{alias.name}" for alias in node.names)


@functools.cache
def _source(name: str) -> Path | None:
    """Return the file of a module of this package, or of another that is already imported."""
    if name.split(".")[0] == PACKAGE:
        base = Path(__file__).parents[1].joinpath(*name.split(".")[1:])
        found = [path for path in (base / "__init__.py", base.with_suffix(".py")) if path.is_file()]
        return found[0] if found else None
    file = getattr(sys.modules.get(name), "__file__", None)
    return Path(file) if file and file.endswith(".py") else None


@functools.cache
def _data_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of ``folder``, and of those below it that hold no modules, that are data."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in _COMPILED and not any(path.glob("*.py")):
            found += [below for below in sorted(path.rglob("*")) if below.is_file()]
        elif path.is_file() and path.suffix != ".py":
            found.append(path)
    return tuple(found)


@functools.cache
def _version(package: str) -> str:
    if package in sys.stdlib_module_names:
        return ""
    try:
        return importlib.metadata.version(_DISTRIBUTIONS.get(package, package))
    except importlib.metadata.PackageNotFoundError:
        return ""
