"""Measure the code: how large, how many names, how long the functions, which words.

    python tests/house.py               # this checkout
    python tests/house.py ../before     # another checkout before, this one after
    python tests/house.py --list        # which names are shared, and where the words of the dialect stand

Needs nothing but Python and git. Tests and migrations do not count; `tests/test_house.py` holds the project to its limits."""

import argparse
import ast
import re
import statistics
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
DIALECT = re.compile(r"\b(said|asked|told|each|taken out|borne)\b", re.IGNORECASE)
TEMPLATE_COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->", re.DOTALL)
TEMPLATE_TAG = re.compile(r"\{%(.*?)%\}|\{\{(.*?)\}\}", re.DOTALL)
SCRIPT_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|(?P<name>[A-Za-z_$][\w$]*)""",
    re.DOTALL,
)
SHOWN_ATTRIBUTES = {"alt", "aria-label", "content", "placeholder", "title", "value"}


class Checkout:
    """The files of one checkout, and what there is to count in them."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def files(self) -> list[Path]:
        """Relative paths of what is tracked or about to be."""
        command = ["git", "-C", str(self.root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
        return [Path(name) for name in sorted(set(names)) if name and (self.root / name).is_file()]

    def text(self, path: Path) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    @cached_property
    def sources(self) -> dict[Path, str]:
        own = (path for path in self.files if path.suffix == ".py" and path.parts[0] != "tests")
        return {path: self.text(path) for path in own if "migrations" not in path.parts}

    @cached_property
    def trees(self) -> dict[Path, ast.Module]:
        return {path: ast.parse(text) for path, text in self.sources.items()}

    @cached_property
    def line_counts(self) -> dict[Path, int]:
        return {path: text.count("\n") for path, text in self.sources.items()}

    @property
    def lines(self) -> int:
        return sum(self.line_counts.values())

    @property
    def files_by_app(self) -> Counter[str]:
        return Counter(path.parts[0] for path in self.sources if len(path.parts) > 1)

    @property
    def largest_file(self) -> tuple[int, Path]:
        return max((count, path) for path, count in self.line_counts.items())

    @cached_property
    def public_names(self) -> dict[str, set[Path]]:
        """The functions and classes defined at the top of modules, with their modules."""
        names = defaultdict(set)
        for path, tree in self.trees.items():
            for node in tree.body:
                if isinstance(node, DEFINITIONS) and not node.name.startswith("_"):
                    names[node.name].add(path)
        return names

    @property
    def shared_names(self) -> dict[str, set[Path]]:
        """Names that stand in more than one module. Django asks for `Command`."""
        return {name: paths for name, paths in self.public_names.items() if len(paths) > 1 and name != "Command"}

    @property
    def shared_share(self) -> float:
        """How many of a hundred public definitions share their name with another."""
        return 100 * count_values(self.shared_names) / count_values(self.public_names)

    @property
    def definitions_per_thousand_lines(self) -> float:
        return 1000 * count_values(self.public_names) / self.lines

    @property
    def function_lengths(self) -> list[int]:
        return sorted(node.end_lineno - node.lineno + 1 for node in self.walk() if isinstance(node, FUNCTIONS))

    def walk(self) -> Iterator[ast.AST]:
        for tree in self.trees.values():
            yield from ast.walk(tree)

    @property
    def imports_in_functions(self) -> list[str]:
        places = set()
        for path, tree in self.trees.items():
            for function in (node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)):
                inside = (node for node in ast.walk(function) if isinstance(node, (ast.Import, ast.ImportFrom)))
                places |= {f"{path}:{node.lineno}" for node in inside}
        return sorted(places)

    @property
    def import_cycles(self) -> list[list[str]]:
        """Groups of modules that import each other, directly or not."""
        modules = {module_name(path): path for path in self.sources}
        imports = {module: set(imported_modules(self.trees[path], modules)) - {module} for module, path in modules.items()}
        reached = {module: reachable(module, imports) for module in modules}
        groups = {frozenset(other for other in reached[module] if module in reached[other]) for module in modules}
        return sorted(sorted(group) for group in groups if group)

    @cached_property
    def dialect(self) -> Counter[tuple[Path, str]]:
        """How often the words of the private dialect stand in identifiers and in what people read: file and word to count."""
        counts = Counter()
        for path in self.files:
            for kind, text in self.words(path):
                counts.update((path, f"{kind} {word.lower()}") for word in DIALECT.findall(text))
        return counts

    @property
    def dialect_by_word(self) -> Counter[str]:
        counts = Counter()
        for (_, word), count in self.dialect.items():
            counts[word] += count
        return counts

    def words(self, path: Path) -> Iterator[tuple[str, str]]:
        if path in self.trees:
            yield from words_of_python(self.trees[path])
        elif not {"tests", "vendor"} & set(path.parts):
            if path.suffix == ".html":
                yield from words_of_template(self.text(path))
            if path.suffix == ".js":
                yield from words_of_script(self.text(path))


def count_values(names: dict[str, set[Path]]) -> int:
    return sum(len(paths) for paths in names.values())


def module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(tree: ast.Module, modules: dict[str, Path]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            start = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                name = start + alias.name
                while name and name not in modules:
                    name = name.rpartition(".")[0]
                if name:
                    yield name


def reachable(module: str, imports: dict[str, set[str]]) -> set[str]:
    found, todo = set(), list(imports[module])
    while todo:
        other = todo.pop()
        if other not in found:
            found.add(other)
            todo += imports[other]
    return found


def spaced(identifier: str) -> str:
    """An identifier as words: `askedOf` and `asked_of` are `asked of`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", identifier)


def words_of_python(tree: ast.Module) -> Iterator[tuple[str, str]]:
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and id(node) not in docstrings:
                yield "text", node.value
        else:
            names = (getattr(node, field, None) for field in ("id", "attr", "arg", "name", "asname"))
            yield from (("name", spaced(name)) for name in names if isinstance(name, str))


def words_of_template(source: str) -> Iterator[tuple[str, str]]:
    source = TEMPLATE_COMMENT.sub("", source)
    for tag in TEMPLATE_TAG.finditer(source):
        inside = tag.group(1) or tag.group(2) or ""
        yield from (("text", text) for text in re.findall(r'"([^"]*)"', inside))
        yield "name", spaced(re.sub(r'"[^"]*"', " ", inside))
    page = ShownText()
    page.feed(TEMPLATE_TAG.sub(" ", source))
    page.close()
    yield from (("text", text) for text in page.found)


class ShownText(HTMLParser):
    """What a page shows: its text and the attributes that are read out or displayed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: Iterable[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if value and (name in SHOWN_ATTRIBUTES or name.startswith("data-"))]


def words_of_script(source: str) -> Iterator[tuple[str, str]]:
    for token in SCRIPT_TOKEN.finditer(source):
        if token["text"]:
            yield "text", token["text"]
        if token["name"] and token["name"] != "forEach":
            yield "name", spaced(token["name"])


def figures(checkout: Checkout) -> dict[str, str]:
    lengths = checkout.function_lengths
    percentile = lengths[len(lengths) * 9 // 10]
    size, largest = checkout.largest_file
    return {
        **{f"files in {app}": str(count) for app, count in checkout.files_by_app.most_common() if count > 1},
        "public definitions": str(count_values(checkout.public_names)),
        "  sharing their name, %": f"{checkout.shared_share:.1f}",
        "  per 1,000 lines": f"{checkout.definitions_per_thousand_lines:.1f}",
        "function length, median / p90 / max": f"{statistics.median(lengths):.0f} / {percentile} / {lengths[-1]}",
        "largest file": f"{largest} ({size})",
        "import cycles": str(len(checkout.import_cycles)),
        "imports in functions": str(len(checkout.imports_in_functions)),
        "words of the dialect": str(checkout.dialect.total()),
        **{f"  in {word}": str(count) for word, count in sorted(checkout.dialect_by_word.items())},
        "lines of Python": f"{checkout.lines:,}",
    }


def print_table(others: list[Path]) -> None:
    columns = [figures(Checkout(root)) for root in [*others, HERE]]
    labels = list(dict.fromkeys(label for column in reversed(columns) for label in column))
    labels.sort(key=lambda label: (not label.startswith("files in"), label.startswith("lines")))
    heads = ["", *(["before", "after"] if others else ["now"])]
    rows = [heads, *([label, *(column.get(label, "0") for column in columns)] for label in labels)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_places(checkout: Checkout) -> None:
    for name, paths in sorted(checkout.shared_names.items(), key=lambda item: (-len(item[1]), item[0])):
        print(f"{len(paths)} x {name}: {', '.join(map(str, sorted(paths)))}")
    for (path, word), count in sorted(checkout.dialect.items()):
        print(f"{path}: {word} ({count})")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("before", nargs="?", type=Path, help="another checkout")
    arguments.add_argument("--list", action="store_true", help="print places instead of the table")
    options = arguments.parse_args()
    if options.list:
        print_places(Checkout(HERE))
    else:
        print_table([options.before] if options.before else [])
