"""PostgreSQL: one row per copy with a tsvector, written by triggers. Needs no extension: similar words come from the person's
own vocabulary, whereas pg_trgm would search everybody's."""

import hashlib

from library.search.fulltext import Ask
from library.search.fulltext.words import COLUMNS, MEANT, SHOWN, SOURCES, mark, quoted, texts

INDEX = "library_searchindex"
PREFIX = "library_search_"
FOR_ROWS = "FOR EACH ROW"
RANKS = "{0.05, 0.2, 0.5, 1.0}"  # of the labels D, C, B, A


def _words_function() -> str:
    """SQL that turns the words of a copy, one text per column of the index, into a tsvector: every word with its owner's mark,
    its position and its column's label. One position between columns stays empty, so that phrases cannot span two of them.
    Characters that are special in a tsvector are removed, as a tag may consist of them."""
    labels = "".join(label for _, label in COLUMNS.values())
    place = f"least(number + part, 16000) || substr('{labels}', part, 1)"
    return f"""
        CREATE FUNCTION {PREFIX}words(owner bigint, texts text[]) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT coalesce(string_agg(
                '''u' || owner || 'x' || left(word, 200) || ''':' || {place}, ' '
            ), '')::tsvector FROM (
                SELECT word, part::int, row_number() OVER (ORDER BY part, place) AS number
                FROM unnest(texts) WITH ORDINALITY AS p(words, part),
                unnest(string_to_array(translate(words, E'\\'\\\\', ''), ' ')) WITH ORDINALITY AS w(word, place) WHERE word <> ''
            ) AS numbered
        $$"""


def _document_function(tables) -> str:
    words = ", ".join(texts(tables, "SELECT string_agg({0}, ' ' ORDER BY {1}) FROM {2}").values())
    return f"""
        CREATE FUNCTION {PREFIX}document(c library_userbook) RETURNS tsvector LANGUAGE sql STABLE PARALLEL SAFE AS $$
            SELECT {PREFIX}words(c.user_id, ARRAY[{words}])
        $$"""


REINDEX = f"""
    CREATE FUNCTION {PREFIX}reindex(copies bigint[]) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM {INDEX} WHERE copy_id = ANY(copies);
        INSERT INTO {INDEX} (copy_id, document)
            SELECT c.id, {PREFIX}document(c) FROM library_userbook c WHERE c.id = ANY(copies) AND c.removed IS NULL;
    END $$"""


def _changed(columns) -> str:
    return " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)


def _bodies(tables) -> dict[str, tuple[str, str]]:
    """Triggers by name: when and on what they fire, and what they do."""
    again = f"PERFORM {PREFIX}reindex(ARRAY[{{}}]::bigint[]);"
    order = (
        "INSERT INTO library_embedding (copy_id, user_id, model, size, vector, digest, stale) "
        "VALUES (NEW.id, NEW.user_id, '', 0, '', '', true) ON CONFLICT DO NOTHING;"
    )
    of_tag = again.format("").replace("ARRAY[]", "ARRAY(SELECT userbook_id FROM library_userbook_tags WHERE tag_id = NEW.id)")
    on_shelf = again.format("").replace("ARRAY[]", "ARRAY(SELECT id FROM library_userbook WHERE shelf_id = NEW.id)")
    copy = ", ".join(SHOWN)
    found = {
        "copy_added": (f"INSERT ON library_userbook {FOR_ROWS}", again.format("NEW.id") + order),
        "copy_changed": (f"UPDATE OF {copy} ON library_userbook {FOR_ROWS} WHEN ({_changed(SHOWN)})", again.format("NEW.id")),
        "copy_means": (
            f"UPDATE OF {', '.join(MEANT)} ON library_userbook {FOR_ROWS} WHEN ({_changed(MEANT)})",
            "UPDATE library_embedding SET stale = true WHERE copy_id = NEW.id;",
        ),
        "copy_gone": (f"DELETE ON library_userbook {FOR_ROWS}", f"DELETE FROM {INDEX} WHERE copy_id = OLD.id;"),
        "all_gone": ("TRUNCATE ON library_userbook FOR EACH STATEMENT", f"TRUNCATE {INDEX};"),
        "tag_set": (f"INSERT ON library_userbook_tags {FOR_ROWS}", again.format("NEW.userbook_id")),
        "tag_moved": (f"UPDATE ON library_userbook_tags {FOR_ROWS}", again.format("OLD.userbook_id, NEW.userbook_id")),
        "tag_unset": (f"DELETE ON library_userbook_tags {FOR_ROWS}", again.format("OLD.userbook_id")),
        "tag_renamed": (f"UPDATE OF folded ON library_tag {FOR_ROWS} WHEN ({_changed(['folded'])})", of_tag),
        "shelf_renamed": (f"UPDATE OF folded ON library_shelf {FOR_ROWS} WHEN ({_changed(['folded'])})", on_shelf),
    }
    for source in SOURCES:
        if source.table in tables:
            name, table, own = source.column, source.table, source.copy
            found[f"{name}_added"] = (f"INSERT ON {table} {FOR_ROWS} WHEN (NEW.{own} IS NOT NULL)", again.format(f"NEW.{own}"))
            found[f"{name}_changed"] = (
                f"UPDATE OF {own}, {source.text} ON {table} {FOR_ROWS} WHEN ({_changed((own, source.text))})",
                again.format(f"OLD.{own}, NEW.{own}"),
            )
            found[f"{name}_gone"] = (f"DELETE ON {table} {FOR_ROWS} WHEN (OLD.{own} IS NOT NULL)", again.format(f"OLD.{own}"))
    return found


def _statements(tables) -> list[str]:
    """All functions and triggers. The index has no foreign key, because Django could not truncate the table of books then."""
    found = [_words_function(), _document_function(tables), REINDEX]
    for name, (when, body) in _bodies(tables).items():
        found.append(
            f"CREATE FUNCTION {PREFIX}on_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
        )
        found.append(f"CREATE TRIGGER {PREFIX}{name} AFTER {when} EXECUTE FUNCTION {PREFIX}on_{name}()")
    return found


def _fingerprint(tables) -> str:
    return hashlib.sha256("\n".join(_statements(tables)).encode()).hexdigest()


def in_place(cursor, tables) -> bool:
    cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE %s", [f"{PREFIX}%"])
    return cursor.fetchone()[0] == len(_bodies(tables)) and _made_by(cursor) == _fingerprint(tables)


def _made_by(cursor) -> str | None:
    """The fingerprint of the statements that filled the index."""
    cursor.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [INDEX])
    return cursor.fetchone()[0]


def remove(cursor):
    cursor.execute(
        "SELECT format('DROP FUNCTION %%s CASCADE', oid::regprocedure) FROM pg_proc "
        "WHERE proname LIKE %s AND pronamespace = current_schema()::regnamespace",
        [f"{PREFIX}%"],
    )
    for (statement,) in cursor.fetchall():  # dropping a function drops its trigger
        cursor.execute(statement)


def put(cursor, tables) -> bool:
    """Installs the index. Returns True if it was filled again, so that all books are up to date."""
    cursor.execute(f"CREATE TABLE IF NOT EXISTS {INDEX} (copy_id bigint PRIMARY KEY, document tsvector NOT NULL)")
    for statement in _statements(tables):
        cursor.execute(statement)
    if _made_by(cursor) == _fingerprint(tables):
        return False
    fill_index(cursor)
    cursor.execute(f"COMMENT ON TABLE {INDEX} IS {quoted(_fingerprint(tables))}")
    return True


def fill_index(cursor):
    """Indexes all books. Creating the GIN index after the rows takes minutes instead of hours for a million books."""
    cursor.execute(f"DROP INDEX IF EXISTS {INDEX}_words")
    cursor.execute(f"TRUNCATE {INDEX}")
    cursor.execute(f"INSERT INTO {INDEX} SELECT id, {PREFIX}document(c) FROM library_userbook c WHERE removed IS NULL")
    cursor.execute(f"CREATE INDEX {INDEX}_words ON {INDEX} USING gin (document) WITH (fastupdate = off)")
    cursor.execute(f"ANALYZE {INDEX}")


def differences(cursor, tables) -> set[int]:
    """Uses two simple queries, because PostgreSQL can run those in parallel."""
    cursor.execute(
        f"SELECT c.id FROM library_userbook c LEFT JOIN {INDEX} i ON i.copy_id = c.id "
        f"WHERE c.removed IS NULL AND (i.document IS NULL OR i.document <> {PREFIX}document(c))"
    )
    wrong = {pk for (pk,) in cursor.fetchall()}
    cursor.execute(
        f"SELECT i.copy_id FROM {INDEX} i LEFT JOIN library_userbook c ON c.id = i.copy_id "
        "WHERE c.id IS NULL OR c.removed IS NOT NULL"
    )
    return wrong | {pk for (pk,) in cursor.fetchall()}


def reindex(cursor, tables, copies: list[int]):
    for start in range(0, len(copies), 500):
        cursor.execute(f"SELECT {PREFIX}reindex(%s::bigint[])", [copies[start : start + 500]])


# ── Searching ───────────────────────────────────────────────────────────────────────────────────────────────────────
def expression(user_id: int, ask: Ask) -> str:
    """The query as a tsquery. Words are quoted, so that nothing in them is an operator."""
    own = mark(user_id)
    parts = [
        "(" + " | ".join(f"'{own}{word}'" + (":*" if ask.typing and group is ask.groups[-1] else "") for word in group) + ")"
        for group in ask.groups
    ]
    wanted = (" | " if ask.any_of else " & ").join(parts)
    phrases = ["(" + " <-> ".join(f"'{own}{word}'" for word in phrase) + ")" for phrase in ask.phrases]
    return " & ".join([f"({wanted})", *phrases] if wanted else phrases)


def match(cursor, user_id: int, ask: Ask) -> list[tuple[int, float]]:
    cursor.execute(
        f"SELECT copy_id, ts_rank('{RANKS}', document, wanted) AS score FROM {INDEX}, CAST(%s AS tsquery) wanted "
        "WHERE document @@ wanted ORDER BY score DESC, copy_id",
        [expression(user_id, ask)],
    )
    return cursor.fetchall()


def has(cursor, user_id: int, ask: Ask) -> bool:
    """Counts, because with a LIMIT the planner expects an early match and reads the whole table instead of the index."""
    cursor.execute(f"SELECT count(*) FROM {INDEX} WHERE document @@ CAST(%s AS tsquery)", [expression(user_id, ask)])
    return cursor.fetchone()[0] > 0


def vocabulary(cursor, user_id: int) -> dict[str, int]:
    """The words in this person's books, with the number of books that contain them."""
    cursor.execute(
        f"SELECT substr(word, %s), count(*) FROM library_userbook c JOIN {INDEX} i ON i.copy_id = c.id, "
        "unnest(tsvector_to_array(i.document)) AS word WHERE c.user_id = %s GROUP BY 1",
        [len(mark(user_id)) + 1, user_id],
    )
    return dict(cursor.fetchall())
