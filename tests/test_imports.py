"""Which app may import which: the layers of CONTRIBUTING.md, never upwards, never sideways, and without cycles.

Imports inside functions count, and so does what imports do not show: the reverse relations, dotted names, routes, templates and
template tags of a higher floor. What a higher floor adds to a page of a lower one it registers (its registrations.py)."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import get_resolver

ROOT = Path(__file__).resolve().parent.parent
# From the ground up. An app may import those on lower floors; apps on one floor do not know each other.
APP_FLOORS = [
    ["backups", "jobs"], ["catalogs"], ["accounts"], ["library"], ["scanning", "chat", "transfer"], ["api"], ["bookimg"],
]  # fmt: skip
FLOOR_OF_APP = {app: number for number, row in enumerate(APP_FLOORS) for app in row}
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


def may_know(app: str, other: str) -> bool:
    return app == other or FLOOR_OF_APP[other] < FLOOR_OF_APP[app]


def may_import(module: str, other: str) -> bool:
    return may_know(*(name.split(".")[0] for name in (module, other)))


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


def test_nobody_imports_upwards_or_sideways():
    arrows = [(module, other) for module in sorted(FILES) for other in imports_of(module)]
    assert [arrow for arrow in arrows if not may_import(*arrow)] == []
    floors = {arrow: (scanning_floor(arrow[0]), scanning_floor(arrow[1])) for arrow in arrows}
    inside = {arrow: pair for arrow, pair in floors.items() if None not in pair}
    assert [arrow for arrow, (floor, other_floor) in inside.items() if other_floor > floor] == []


def test_no_imports_run_in_a_circle():
    seen = set()
    for module in sorted(FILES):
        way = circle_through(module, seen=seen)
        assert way is None, " -> ".join(way)


def test_only_urls_and_other_views_import_views():
    """What a view shares with the API or a websocket stands where the logic is."""
    others = [module for module in FILES if ".views" not in module and not module.endswith(".urls")]
    assert [(module, view) for module in others for view in imports_of(module) if "views" in view.split(".")] == []


# ── Arrows that imports do not show ─────────────────────────────────────────────────────────────────────────────────
ROUTING_CALLS = {"reverse", "reverse_lazy", "redirect", "resolve_url", "PageLink"}
# Whose the folders of templates/ are that have no app's name. What lies in no folder is the shell around all pages (base.html,
# _nav.html, _field.html, ...): it is bookimg's, so it may link to every app, and every template may extend or include it.
OWNER_OF_TEMPLATES = {
    "account": "accounts", "allauth": "accounts", "mfa": "accounts", "socialaccount": "accounts", "usersessions": "accounts",
    "ninja": "api", "admin": "bookimg",
}  # fmt: skip
TEMPLATES = [path for path in (ROOT / "templates").rglob("*.*") if path.is_file()]
TAG_LIBRARIES = {path.stem: path.parts[-3] for app in FLOOR_OF_APP for path in (ROOT / app / "templatetags").glob("[!_]*.py")}


def unknown_to(app: str) -> list[str]:
    """The apps that `app` must not know."""
    return [other for other in FLOOR_OF_APP if not may_know(app, other)]


def reverse_relations_of(app: str) -> set[str]:
    """What the models of `app` are called on models of other apps: `sightings` on a copy, `scans` on a person."""
    fields = [field for model in apps.get_app_config(app).get_models() for field in model._meta.get_fields() if field.is_relation]
    outward = [field for field in fields if field.concrete and field.related_model._meta.app_label != app]
    names = {field.remote_field.get_accessor_name() for field in outward} | {field.related_query_name() for field in outward}
    return {name for name in names if name and not name.endswith("+")}


def route_owners(resolver=None, namespace: str = "") -> dict[str, str]:
    """The name of each route of ours -> the app that answers it; `api:` is the namespace of the API."""
    owners = {}
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            owners |= route_owners(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif pattern.name:
            owners[namespace + pattern.name] = namespace.rstrip(":") or pattern.callback.__module__.split(".")[0]
    return {name: app for name, app in owners.items() if app in FLOOR_OF_APP}


def relations_used(source: str, names: set[str]) -> set[str]:
    """Those of `names` that a Python source reads (`copy.sightings`, also by `getattr` and `hasattr`) or filters by."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.keyword) and node.arg:
            found.add(node.arg.partition("__")[0])
        elif isinstance(node, ast.Call | ast.Tuple | ast.List):
            values = node.args if isinstance(node, ast.Call) else node.elts
            texts = [value.value for value in values if isinstance(value, ast.Constant)]
            found |= {text.lstrip("-").partition("__")[0] for text in texts if isinstance(text, str)}
    return found & names


def apps_named(source: str, others: list[str]) -> set[str]:
    """Those apps that strings in a Python source point into: `"scanning.tasks.read"`, `"scanning/scan.html"`."""
    pointing = re.compile(rf"({'|'.join(others)})[./][a-z_]+")
    strings = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    return {match[1] for text in strings if isinstance(text, str) and (match := pointing.match(text))}


def routes_named(source: str) -> set[str]:
    """The routes that a Python source asks for by name."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) in ROUTING_CALLS]
    arguments = [argument for call in named for argument in (*call.args, *(keyword.value for keyword in call.keywords))]
    return {argument.value for argument in arguments if isinstance(argument, ast.Constant) and isinstance(argument.value, str)}


def template_arrows(source: str, routes: dict[str, str]) -> set[str]:
    """The apps that a template leads into: by routes, by templates that it includes or extends, by tags that it loads."""
    names = re.findall(r"""{%\s*url\s+['"]([\w:-]+)['"]""", source)
    found = {routes[name] for name in names if name in routes}
    folders = re.findall(r"""{%\s*(?:include|extends)\s+['"]([\w-]+)/""", source)
    found |= {OWNER_OF_TEMPLATES.get(folder, folder) for folder in folders}
    libraries = " ".join(re.findall(r"{%\s*load\s+([^%]+)%}", source)).split()
    return found | {TAG_LIBRARIES[name] for name in libraries if name in TAG_LIBRARIES}


def template_relations(source: str, names: set[str]) -> set[str]:
    """Those of `names` that a template reads: `{{ copy.sightings.count }}`."""
    inside = " ".join(re.findall(r"{[{%].*?[%}]}", source))
    return set(re.findall(r"(?<!\battrs)\.(\w+)", inside)) & names  # `attrs` is what allauth's own tags are given


def owner_of_template(path: Path) -> str:
    folder, *rest = path.relative_to(ROOT / "templates").parts
    return OWNER_OF_TEMPLATES.get(folder, folder) if rest else "bookimg"


@pytest.fixture(scope="module")
def relations() -> dict[str, set[str]]:
    return {app: reverse_relations_of(app) for app in FLOOR_OF_APP if apps.is_installed(app)}


def hidden_arrows(module: str, relations: dict[str, set[str]], routes: dict[str, str]) -> set[str]:
    """What a module uses of higher floors without importing it: relations, apps in strings, routes."""
    app, source = module.split(".")[0], FILES[module].read_text()
    higher = unknown_to(app)
    theirs = set().union(*(relations[other] for other in higher)) - relations[app]
    named = apps_named(source, higher) if higher else set()
    return relations_used(source, theirs) | named | {name for name in routes_named(source) if routes.get(name) in higher}


def test_nobody_points_upwards_or_sideways_without_an_import(relations):
    routes = route_owners()
    assert {module: found for module in FILES if (found := hidden_arrows(module, relations, routes))} == {}


def hidden_arrows_of_template(path: Path, relations: dict[str, set[str]], routes: dict[str, str]) -> set[str]:
    owner, source = owner_of_template(path), path.read_text()
    theirs = set().union(*(relations[other] for other in unknown_to(owner))) - relations[owner]
    return template_arrows(source, routes) & set(unknown_to(owner)) | template_relations(source, theirs)


def test_no_template_points_upwards_or_sideways(relations):
    routes = route_owners()
    assert {path: found for path in TEMPLATES if (found := hidden_arrows_of_template(path, relations, routes))} == {}


# ── … and that they are seen ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "source",
    [
        "copy.sightings.all()", "getattr(copy, 'sightings')", "hasattr(copy, 'sightings')", "rows.filter(sightings__isnull=True)",
        "rows.order_by('-sightings__scan__created')", "prefetch_related_objects(copies, 'sightings')",
    ],
)  # fmt: skip
def test_a_reverse_relation_of_a_higher_floor_is_seen(source):
    assert "sightings" in reverse_relations_of("scanning")
    assert relations_used(source, reverse_relations_of("scanning")) == {"sightings"}


def test_a_relation_within_an_app_is_no_arrow():
    assert "candidates" not in reverse_relations_of("scanning")


@pytest.mark.parametrize("source", ["enqueue('scanning.tasks.read', 1)", "render(request, 'scanning/scan.html')"])
def test_a_string_that_points_into_a_higher_floor_is_seen(source):
    assert apps_named(source, unknown_to("library")) == {"scanning"}
    assert apps_named(source, unknown_to("api")) == set()


@pytest.mark.parametrize(
    "source",
    ["redirect('scan_new')", "urls.reverse('scan_new')", "PageLink('A photo', url_name='scan_new')"],
)
def test_a_route_of_a_higher_floor_is_seen(source):
    assert route_owners()[routes_named(source).intersection(route_owners()).pop()] == "scanning"


@pytest.mark.parametrize(
    ("source", "app"),
    [
        ("{% url 'scan_new' %}", "scanning"), ('{% url "chats" as chats %}{% if chats %}', "chat"),
        ("{% include 'chat/_steps.html' with steps=steps %}", "chat"), ("{% extends 'transfer/imports.html' %}", "transfer"),
        ("{% load static accuracy humanize %}", "scanning"), ("{% url 'api:openapi-view' %}", "api"),
    ],
)  # fmt: skip
def test_what_a_template_leads_into_is_seen(source, app):
    assert template_arrows(source, route_owners()) == {app}


def test_the_shell_around_all_pages_is_no_arrow():
    assert template_arrows("{% extends 'base.html' %}{% include '_field.html' %}", route_owners()) == set()


@pytest.mark.parametrize("source", ["{{ copy.sightings.count }}", "{% for seen in copy.sightings.all %}"])
def test_a_reverse_relation_in_a_template_is_seen(source):
    assert template_relations(source, reverse_relations_of("scanning")) == {"sightings"}
