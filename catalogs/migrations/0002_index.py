"""The search index of the local catalogue, which has no model; see catalogs/index.py."""

from django.db import migrations

FTS, POSTINGS = "catalogs_catalogterms", "catalogs_catalogpostings"


def make_index(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        # Contentless and without positions: it only records which record has which term.
        schema_editor.execute(
            f"CREATE VIRTUAL TABLE {FTS} USING fts5(terms, content='', columnsize=0, detail='none', tokenize='ascii')"
        )
        return
    # By bucket: a search reads a few long rows instead of one per record.
    schema_editor.execute(
        f"CREATE TABLE {POSTINGS} (bucket integer, part integer, ids bytea NOT NULL, PRIMARY KEY (bucket, part)) WITH (fillfactor=80)"
    )
    schema_editor.execute(f"ALTER TABLE {POSTINGS} ALTER COLUMN ids SET STORAGE EXTERNAL")  # sorted numbers hardly compress


def drop_index(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {FTS if schema_editor.connection.vendor == 'sqlite' else POSTINGS}")


class Migration(migrations.Migration):
    dependencies = [("catalogs", "0001_initial")]

    operations = [migrations.RunPython(make_index, drop_index)]
