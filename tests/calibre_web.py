"""Compares BookImg with calibre-web, with the same books in both, in processor time of the server per page.

    python -m venv elsewhere && elsewhere/bin/pip install calibreweb
    python tests/calibre_web.py elsewhere [--books 10000] [--rounds 60]

Both servers run at the same time and are asked in turn, for pages that nobody has asked for before. Linux only."""

import argparse
import atexit
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django
import httpx

HOME = Path(__file__).resolve().parent.parent
TABLES = """
import sys
sys.path.insert(0, sys.argv[1])
from cps import db
from sqlalchemy import Float, create_engine
db.Books.__table__.c.series_index.type = Float()  # as Calibre itself declares it
engine = create_engine("sqlite:///" + sys.argv[2]).execution_options(schema_translate_map={"calibre": None})
db.Base.metadata.create_all(engine)
"""
LINKS = {  # the table of names, its column, and the table that joins it to books
    "authors": ("name", "author"), "series": ("name", "series"), "tags": ("name", "tag"), "publishers": ("name", "publisher"),
    "languages": ("lang_code", "lang_code"), "ratings": ("rating", "rating"),
}  # fmt: skip
SETTINGS = "UPDATE settings SET config_calibre_dir = ?, config_port = ?, config_books_per_page = ?, config_random_books = 0"
ON_A_PAGE = 48  # as in BookImg


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("venv", type=Path)
    parser.add_argument("--books", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bookimg-calibre-") as place:
        home = Path(place)
        os.environ |= {"DATA_DIR": place, "CATALOGS": "local", "DJANGO_SETTINGS_MODULE": "bookimg.settings"}
        session, books = furnished(options.books)
        theirs = CalibreWeb(options.venv.resolve(), home, books)
        ours = BookImg(session)
        compare(ours, theirs, options.rounds, books)
        ours.process.terminate()
        theirs.process.kill()


def furnished(count: int) -> tuple[str, list[dict]]:
    """(the session of somebody with a new library, its books)"""
    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import Client

    from bookimg import seeding
    from library.models import UserBook

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    user = get_user_model().objects.create_user("reader")
    seeding.furnish(user, count, seed=1)
    visitor = Client()
    visitor.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    copies = UserBook.objects.filter(user=user, removed=None).exclude(status="wishlist").order_by("pk").prefetch_related("tags")
    columns = ("pk", "title", "authors", "series", "series_number", "publisher", "language", "isbn13", "description", "rating")
    books = [{name: getattr(copy, name) for name in columns} | {"tags": [tag.name for tag in copy.tags.all()]} for copy in copies]
    return visitor.cookies["sessionid"].value, books


class Server:
    process: subprocess.Popen
    client: httpx.Client

    def seconds(self) -> float:
        """Of processor time, of the server and its children."""
        from bookimg.benchmarks.process_figures import descendants, processor_seconds

        return sum(map(processor_seconds, [self.process.pid, *descendants(self.process.pid)]))


def started(command: list, **more) -> subprocess.Popen:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    atexit.register(process.kill)  # also where something fails on the way
    return process


class BookImg(Server):
    def __init__(self, session: str):
        from bookimg.benchmarks.process_figures import free_port, wait_for_port

        port = free_port()
        self.process = started([sys.executable, HOME / "manage.py", "web", "--port", str(port)])
        wait_for_port(port)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", cookies={"sessionid": session}, timeout=60)


class CalibreWeb(Server):
    def __init__(self, venv: Path, home: Path, books: list[dict]):
        from bookimg.benchmarks.process_figures import free_port, wait_for_port

        (package,) = venv.glob("lib/python3*/site-packages/calibreweb")
        library, settings, port = home / "calibre", home / "calibre-web.db", free_port()
        library.mkdir()
        subprocess.run([venv / "bin/python", "-c", TABLES, package, library / "metadata.db"], check=True, cwd=home)
        fill(library / "metadata.db", books)
        command = [venv / "bin/cps", "-p", settings, "-g", home / "drive.db", "-i", "127.0.0.1", "-o", home / "calibre-web.log"]
        first = started(command, cwd=home)
        while not settings.exists() or not settings_of(settings):
            time.sleep(0.5)
        first.kill()  # it ends at no other signal while it starts
        first.wait()
        with sqlite3.connect(settings) as database:
            database.execute(SETTINGS, [str(library), port, ON_A_PAGE])
        self.process = started(command, cwd=home)
        wait_for_port(port)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, follow_redirects=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/login").text)
        form = {"username": "admin", "password": "admin123", "csrf_token": token[1] if token else ""}
        answer = self.client.post("/login", data=form)
        assert "logout" in answer.text, (home / "calibre-web.log").read_text()[-1500:]


def settings_of(file: Path) -> bool:
    try:
        return bool(sqlite3.connect(file).execute("SELECT count(*) FROM settings").fetchone()[0])
    except sqlite3.OperationalError:
        return False


def fill(file: Path, books: list[dict]):
    with sqlite3.connect(file) as database:
        database.execute("INSERT INTO library_id (uuid) VALUES ('benchmark')")
        for book in books:
            author, pk = " & ".join(book["authors"]), book["pk"]
            row = {
                "id": pk,
                "title": book["title"],
                "sort": book["title"],
                "author_sort": author,
                "path": f"a/{pk}",
                "uuid": str(pk),
            }
            row |= dict.fromkeys(("timestamp", "pubdate", "last_modified"), "2020-01-01 00:00:00.000000")
            row |= {"series_index": float(book["series_number"] or 1), "has_cover": 0}
            database.execute(f"INSERT INTO books ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
            values = {
                "authors": book["authors"] or ["Unknown"], "series": [book["series"]], "tags": book["tags"],
                "languages": [book["language"]], "publishers": [book["publisher"]], "ratings": [book["rating"]],
            }  # fmt: skip
            for table, names in values.items():
                link(database, table, pk, filter(None, names))
            if book["description"]:
                database.execute("INSERT INTO comments (book, text) VALUES (?, ?)", (pk, book["description"]))
            if book["isbn13"]:
                database.execute("INSERT INTO identifiers (book, type, val) VALUES (?, 'isbn', ?)", (pk, book["isbn13"]))
        for table in ("authors", "series", "publishers"):
            database.execute(f"UPDATE {table} SET sort = name")


def link(database: sqlite3.Connection, table: str, book: int, names):
    column, joined = LINKS[table]
    for name in dict.fromkeys(names):
        more, empty = (", link", ", ''") if table == "authors" else ("", "")
        database.execute(f"INSERT OR IGNORE INTO {table} ({column}{more}) VALUES (?{empty})", (name,))
        (pk,) = database.execute(f"SELECT id FROM {table} WHERE {column} = ? COLLATE NOCASE", (name,)).fetchone()
        database.execute(f"INSERT OR IGNORE INTO books_{table}_link (book, {joined}) VALUES (?, ?)", (book, pk))


def compare(ours: Server, theirs: Server, rounds: int, books: list[dict]):
    """Prints milliseconds of processor time per page, and their ratio."""
    last, chosen = len(books) // ON_A_PAGE, books[:: max(1, len(books) // rounds)]
    pages = {
        "covers": [(f"/?page={n}", f"/page/{n}") for n in range(1, min(rounds, last) + 1)],
        "far page": [(f"/?page={last - n}", f"/page/{last - n}") for n in range(min(rounds, last))],
        "search": [(f"/?q={word}", f"/search?query={word}") for word in (max(book["title"].split(), key=len) for book in chosen)],
        "a book": [(f"/books/{book['pk']}/", f"/book/{book['pk']}") for book in chosen],
    }
    print(f"{len(books):,} books; milliseconds of processor time per page, both asked in turn")
    print(f"{'':12}{'BookImg':>10}{'calibre-web':>14}{'ratio':>8}")
    for name, addresses in pages.items():
        taken = {ours: 0.0, theirs: 0.0}
        for pair in addresses:
            for server, address in zip((ours, theirs), pair, strict=True):
                before = server.seconds()
                answer = server.client.get(address)
                answer.raise_for_status()
                taken[server] += server.seconds() - before
        mine, other = (1000 * taken[server] / len(addresses) for server in (ours, theirs))
        print(f"{name:12}{mine:10.1f}{other:14.1f}{other / mine:8.1f}", flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(HOME))
    main()
