"""Who may import whom: the floors of CONTRIBUTING.md, never upwards, never sideways, never in a circle.

Imports inside functions count."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# From the ground up. An app may import those on lower floors; apps on one floor do not know each other.
APP_FLOORS = [["jobs", "catalogs"], ["accounts"], ["library"], ["scanning", "chat", "transfer"], ["api"], ["bookimg"]]
FLOOR_OF_APP = {app: number for number, apps in enumerate(APP_FLOORS) for app in apps}
# Inside scanning, from the ground up; a module on none of these floors must only stay out of circles.
SCANNING_FLOORS = [
    ["models"],
    ["events"],
    ["ocr", "proposers", "validate", "results"],
    ["pipeline", "review", "uploads"],
    ["views", "consumers", "tasks", "admin", "urls", "management"],
]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(path): path for app in FLOOR_OF_APP for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts}


def resolve(name: str) -> str | None:
    """The module of ours that a dotted name is, or is something in."""
    while name and name not in FILES:
        name = name.rpartition(".")[0]
    return name or None


@cache
def imports_of(module: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(FILES[module].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative imports hide who imports whom"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {resolve(name) for name in found} - {None, module}


def may_import(module: str, other: str) -> bool:
    app, other_app = (name.split(".")[0] for name in (module, other))
    return app == other_app or FLOOR_OF_APP[other_app] < FLOOR_OF_APP[app]


def scanning_floor(module: str) -> int | None:
    parts = module.split(".")
    if parts[0] != "scanning" or len(parts) < 2:
        return None
    return next((number for number, rooms in enumerate(SCANNING_FLOORS) if parts[1] in rooms), None)


def circle_through(module: str, path: tuple[str, ...] = (), seen: set[str] | None = None) -> tuple[str, ...] | None:
    """The first way that leads from `module` back to a module on the way."""
    seen = set() if seen is None else seen
    if module in path:
        return (*path[path.index(module) :], module)
    if module in seen:
        return None
    seen.add(module)
    ways = (circle_through(other, (*path, module), seen) for other in sorted(imports_of(module)))
    return next((way for way in ways if way), None)


def test_the_walk_sees_the_project():
    assert "library.models" in imports_of("library.copies.identity")
    assert "library.models" in imports_of("scanning.models")


@pytest.mark.parametrize("module", sorted(FILES))
def test_nobody_imports_upwards_or_sideways(module):
    for other in imports_of(module):
        assert may_import(module, other), f"{module} imports {other}"
        if scanning_floor(module) is not None and scanning_floor(other) is not None:
            assert scanning_floor(other) <= scanning_floor(module), f"{module} imports {other}, which stands above it"


def test_no_imports_run_in_a_circle():
    seen = set()
    for module in sorted(FILES):
        way = circle_through(module, seen=seen)
        assert way is None, " -> ".join(way)
