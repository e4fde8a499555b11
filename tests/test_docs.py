"""What the documents name exists: files, links and their headings, commands, modules, settings."""

import re
import string
from pathlib import Path
from pkgutil import resolve_name

import pytest
from django.apps import apps
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
OURS = sorted(
    path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "_")) and path.name != "data"
)
SETTINGS = set(re.findall(r"^#(\w+)=", (ROOT / ".env.example").read_text() + (ROOT / ".env.compose.example").read_text(), re.M))
CODE = "\n".join(path.read_text() for name in OURS for path in (ROOT / name).rglob("*.py"))
CONSTANTS = set(re.findall(r"^ *([A-Z][A-Z0-9_]+)(?:, [A-Z][A-Z0-9_]+)*(?:: [^=\n]+)? = ", CODE, re.M))
# Words in capitals that look like settings and are something else: what the shell, make, AWS or the database knows.
NOT_OURS = re.compile(r"AWS_\w+|OTEL_\w+|TEST_DATABASE_URL|REQUIRE_SERVICES|BOOKIMG_(SERVER|TOKEN)")


@pytest.fixture(params=DOCUMENTS, ids=lambda path: path.name)
def document(request) -> Path:
    return request.param


def anchors(document: Path) -> set[str]:
    """Headings as GitHub turns them into anchors."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.M)
    kept = string.ascii_lowercase + string.digits + " -_"
    return {"".join(letter for letter in heading.lower() if letter in kept).replace(" ", "-") for heading in headings}


def test_every_link_leads_somewhere(document):
    for target in re.findall(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"", document.read_text()):
        path, _, anchor = "".join(target).partition("#")
        if path.startswith("http"):
            continue
        page = (document.parent / path).resolve() if path else document
        assert page.exists(), f"{document.name} links to {path}"
        assert not anchor or anchor in anchors(page), f"{document.name} links to #{anchor} of {page.name}"


def test_every_file_named_exists(document):
    named = re.findall(rf"(?<![\w./{{}}-])((?:{'|'.join(OURS)})/[\w./*-]*[\w*/])(?![\w{{])", document.read_text())
    missing = [path for path in named if not (any(ROOT.glob(path)) if "*" in path else (ROOT / path).exists())]
    assert not missing, f"{document.name} names {missing}"


def test_every_command_named_exists(document):
    missing = set(re.findall(r"manage\.py ([a-z]\w*)", document.read_text())) - set(get_commands())
    assert not missing, f"{document.name} names {missing}"


def test_every_module_named_exists(document):
    named = re.findall(rf"(?<![\w./])((?:{'|'.join(OURS)})(?:\.[A-Za-z_]\w*)+)(?![\w/])", document.read_text())
    for name in set(named):
        if name.rpartition(".")[2] in {"py", "md", "mrc", "webp", "gz", "sqlite3", "css", "js"}:
            continue
        assert is_model(name) or resolve_name(name), f"{document.name} names {name}"


def is_model(name: str) -> bool:
    """`app.model`, as the commands of Django take it."""
    return name.count(".") == 1 and name.partition(".")[2] in apps.all_models.get(name.partition(".")[0], {})


def test_every_setting_or_constant_named_exists(document):
    text = document.read_text()
    named = set(re.findall(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`", text)) | set(
        re.findall(r"^([A-Z][A-Z0-9_]+)=", text, re.M)
    )
    missing = {name for name in named - SETTINGS - CONSTANTS if not NOT_OURS.fullmatch(name)}
    assert not missing, f"{document.name} names {missing}"
