"""The house stays small: bars that every source file must keep."""

import ast
import re
from pathlib import Path

import pytest

SOURCES = sorted((Path(__file__).parent.parent / "src" / "threebath").rglob("*.py"))
LONGEST_FILE = 400
LONGEST_FUNCTION = 50


def _functions(tree):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return (node for node in ast.walk(tree) if isinstance(node, kinds))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_file_is_longer_than_the_bar(path):
    """A file holds one idea; at four hundred lines it holds two."""
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_function_is_longer_than_the_bar(path):
    """A function is read at one glance."""
    tree = ast.parse(path.read_text())
    too_long = [
        f"{one.name}: {one.end_lineno - one.lineno + 1} lines"
        for one in _functions(tree)
        if one.end_lineno - one.lineno + 1 > LONGEST_FUNCTION
    ]
    assert too_long == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_module_and_public_class_says_what_it_is(path):
    """Names tell most, a first sentence the rest; the error tree's leaves are all name."""
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), "the module has no docstring"
    if path.parent.name == "errors":
        return
    classes = (node for node in tree.body if isinstance(node, ast.ClassDef))
    silent = [
        one.name
        for one in classes
        if not one.name.startswith("_") and not ast.get_docstring(one)
    ]
    assert silent == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_docstring_is_text(path):
    """From 3.13 on, Python's compiler refuses a module with half a character in one."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, documented):
            assert (ast.get_docstring(node, clean=False) or "").encode() is not None


GROUP_REPEATED_POSSESSIVELY = re.compile(r"\)(?:[*+?]|\{+[\d,]+\}+)\+")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_pattern_repeats_a_group_possessively(path):
    """Before Python 3.11.5, which Debian 12 does not have, such a group takes too much."""
    texts = (
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    assert not [one for one in texts if GROUP_REPEATED_POSSESSIVELY.search(one)]


def _imports(path, modules):
    """Yield the project's modules that *path* imports, lazily or not."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{name.name}" for name in node.names]
            yield from (name for name in inner if name in modules)
            if node.module in modules and not all(name in modules for name in inner):
                yield node.module


def test_no_module_imports_itself_however_far_around():
    """Arrows point one way; lazy imports count."""
    root = Path(__file__).parent.parent / "src"
    names = {
        ".".join(
            p for p in path.relative_to(root).with_suffix("").parts if p != "__init__"
        ): path
        for path in SOURCES
    }
    arrows = {name: set(_imports(path, names)) - {name} for name, path in names.items()}
    while leaves := [name for name, to in arrows.items() if not to & arrows.keys()]:
        for name in leaves:
            del arrows[name]
    assert arrows == {}, f"these are in a cycle or behind one: {sorted(arrows)}"
