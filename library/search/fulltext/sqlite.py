"""SQLite: one FTS5 table, written by triggers. Its tokenizer only splits at spaces; every word has its owner's mark."""

from library.search.fulltext import Ask
from library.search.fulltext.words import COLUMNS, MEANT, SHOWN, SOURCES, mark, texts

INDEX, WORDS = "library_searchindex", "library_searchwords"
TRIGGER = "library_search_"
WEIGHTS = ", ".join(str(weight) for weight, _ in COLUMNS.values())
NAMES = ", ".join(COLUMNS)
JOINED = "SELECT group_concat(word, ' ') FROM (SELECT {0} AS word FROM {2} ORDER BY {1})"
CHUNK = 500


def _rows(tables, where: str) -> str:
    """SQL for the index rows of the copies that meet `where` (on table c): every word with the mark of its owner."""
    own = "'u'||c.user_id||'x'"
    marked = (
        f"coalesce({own}||replace(nullif({text}, ''), ' ', ' '||{own}), '') AS {name}"
        for name, text in texts(tables, JOINED).items()
    )
    return f"SELECT c.id AS copy_id, {', '.join(marked)} FROM library_userbook c WHERE c.removed IS NULL AND ({where})"


def _reindex_statements(tables, copies: str) -> list[str]:
    """Statements that index `copies` again (SQL that returns their primary keys)."""
    return [
        f"DELETE FROM {INDEX} WHERE rowid IN ({copies})",
        f"INSERT INTO {INDEX}(rowid, {NAMES}) {_rows(tables, f'c.id IN ({copies})')}",
    ]


def _changed(columns) -> str:
    return " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns)


def _triggers(tables) -> dict[str, str]:
    """Triggers by name, as SQL."""

    def again(copies: str) -> str:
        return "; ".join(_reindex_statements(tables, copies)) + ";"

    columns = "copy_id, user_id, model, size, vector, digest, stale"
    order = f"INSERT OR IGNORE INTO library_embedding ({columns}) VALUES (NEW.id, NEW.user_id, '', 0, x'', '', 1);"
    shown = ", ".join(SHOWN)
    one = {
        "copy_added": f"AFTER INSERT ON library_userbook BEGIN {again('NEW.id')} {order} END",
        "copy_changed": f"AFTER UPDATE OF {shown} ON library_userbook WHEN {_changed(SHOWN)} BEGIN {again('NEW.id')} END",
        "copy_means": f"AFTER UPDATE OF {', '.join(MEANT)} ON library_userbook WHEN {_changed(MEANT)} "
        "BEGIN UPDATE library_embedding SET stale = 1 WHERE copy_id = NEW.id; END",
        "copy_gone": f"AFTER DELETE ON library_userbook BEGIN DELETE FROM {INDEX} WHERE rowid = OLD.id; END",
        "tag_set": f"AFTER INSERT ON library_userbook_tags BEGIN {again('NEW.userbook_id')} END",
        "tag_moved": f"AFTER UPDATE ON library_userbook_tags BEGIN {again('OLD.userbook_id, NEW.userbook_id')} END",
        "tag_unset": f"AFTER DELETE ON library_userbook_tags BEGIN {again('OLD.userbook_id')} END",
        "tag_renamed": "AFTER UPDATE OF folded ON library_tag WHEN OLD.folded IS NOT NEW.folded BEGIN "
        + again("SELECT userbook_id FROM library_userbook_tags WHERE tag_id = NEW.id")
        + " END",
        "shelf_renamed": "AFTER UPDATE OF folded ON library_shelf WHEN OLD.folded IS NOT NEW.folded BEGIN "
        + again("SELECT id FROM library_userbook WHERE shelf_id = NEW.id")
        + " END",
    }
    for source in SOURCES:
        if source.table in tables:
            name, table, copy = source.column, source.table, source.copy
            moved = _changed((copy, source.text))
            one[f"{name}_added"] = f"AFTER INSERT ON {table} WHEN NEW.{copy} IS NOT NULL BEGIN {again(f'NEW.{copy}')} END"
            one[f"{name}_changed"] = (
                f"AFTER UPDATE OF {copy}, {source.text} ON {table} WHEN {moved} BEGIN {again(f'OLD.{copy}, NEW.{copy}')} END"
            )
            one[f"{name}_gone"] = f"AFTER DELETE ON {table} WHEN OLD.{copy} IS NOT NULL BEGIN {again(f'OLD.{copy}')} END"
    return {f"{TRIGGER}{name}": f"CREATE TRIGGER {TRIGGER}{name} {body}" for name, body in one.items()}


def in_place(cursor, tables) -> bool:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB %s", [f"{TRIGGER}*"])
    return dict(cursor.fetchall()) == _triggers(tables) and INDEX in tables


def remove(cursor):
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name GLOB %s", [f"{TRIGGER}*"])
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP TRIGGER {name}")


def put(cursor, tables) -> bool:
    """Installs the index and triggers. Returns False: books may be missing from the index."""
    cursor.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5({NAMES}, tokenize='ascii')")
    cursor.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS {WORDS} USING fts5vocab({INDEX}, row)")
    for statement in _triggers(tables).values():
        cursor.execute(statement)
    return False


def differences(cursor, tables) -> set[int]:
    """Compares whole rows, and has FTS5 check that its internal index matches them."""
    kept = f"SELECT rowid AS copy_id, {NAMES} FROM {INDEX}"
    cursor.execute("DROP TABLE IF EXISTS temp.search_now")
    cursor.execute(f"CREATE TEMP TABLE search_now AS {_rows(tables, '1')}")
    now = "SELECT * FROM temp.search_now"
    cursor.execute(f"SELECT copy_id FROM ({now} EXCEPT {kept}) UNION SELECT copy_id FROM ({kept} EXCEPT {now})")
    found = {pk for (pk,) in cursor.fetchall()}
    cursor.execute("DROP TABLE temp.search_now")
    return found if found or _is_sound(cursor) else _all_copies(cursor)


def _is_sound(cursor) -> bool:
    try:
        cursor.execute(f"INSERT INTO {INDEX}({INDEX}) VALUES ('integrity-check')")
    except Exception as error:
        if "malformed" not in str(error):
            raise
        return False
    return True


def _all_copies(cursor) -> set[int]:
    cursor.execute("SELECT id FROM library_userbook WHERE removed IS NULL")
    return {pk for (pk,) in cursor.fetchall()}


def reindex(cursor, tables, copies: list[int]):
    if not _is_sound(cursor):
        cursor.execute(f"INSERT INTO {INDEX}({INDEX}) VALUES ('rebuild')")
    for start in range(0, len(copies), CHUNK):
        keys = ", ".join(str(int(pk)) for pk in copies[start : start + CHUNK])
        for statement in _reindex_statements(tables, keys):
            cursor.execute(statement)


# ── Searching ───────────────────────────────────────────────────────────────────────────────────────────────────────
def expression(user_id: int, ask: Ask) -> str:
    """The query in FTS5 syntax. Words are quoted, so that nothing in them is an operator."""
    own = mark(user_id)
    parts = [
        "(" + " OR ".join(f'"{own}{word}"' + ("*" if ask.typing and group is ask.groups[-1] else "") for word in group) + ")"
        for group in ask.groups
    ]
    wanted = (" OR " if ask.any_of else " AND ").join(parts)
    phrases = ['"' + " ".join(own + word for word in phrase) + '"' for phrase in ask.phrases]
    return " AND ".join([f"({wanted})", *phrases] if wanted else phrases)


def match(cursor, user_id: int, ask: Ask) -> list[tuple[int, float]]:
    cursor.execute(
        f"SELECT rowid, -bm25({INDEX}, {WEIGHTS}) AS score FROM {INDEX} WHERE {INDEX} MATCH %s ORDER BY score DESC, rowid",
        [expression(user_id, ask)],
    )
    return cursor.fetchall()


def has(cursor, user_id: int, ask: Ask) -> bool:
    cursor.execute(f"SELECT 1 FROM {INDEX} WHERE {INDEX} MATCH %s LIMIT 1", [expression(user_id, ask)])
    return cursor.fetchone() is not None


def vocabulary(cursor, user_id: int) -> dict[str, int]:
    """The words in this person's books, with the number of books that contain them."""
    own = mark(user_id)
    cursor.execute(
        f"SELECT substr(term, %s), doc FROM {WORDS} WHERE term > %s AND term < %s", [len(own) + 1, own, own[:-1] + "y"]
    )
    return dict(cursor.fetchall())
