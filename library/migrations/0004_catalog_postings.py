"""On PostgreSQL the index of the local catalogue is kept by bucket: a search reads a few long rows instead of one a record."""

from django.db import migrations

TABLE, OLD = "library_catalogpostings", "library_catalogterms"
PART_BITS = 16  # as in catalogs/index.py


def make_postings(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(
        f"CREATE TABLE {TABLE} (bucket integer, part integer, ids bytea NOT NULL, PRIMARY KEY (bucket, part)) WITH (fillfactor=80)"
    )
    schema_editor.execute(f"ALTER TABLE {TABLE} ALTER COLUMN ids SET STORAGE EXTERNAL")  # numbers in order hardly pack
    schema_editor.execute(
        f"INSERT INTO {TABLE} SELECT bucket, record_id >> {PART_BITS}, string_agg(int4send(record_id::int), ''::bytea) "
        f"FROM {OLD}, unnest(terms) AS bucket GROUP BY 1, 2"
    )
    schema_editor.execute(f"DROP TABLE {OLD}")


def drop_postings(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TABLE {TABLE}")
        schema_editor.execute(f"CREATE TABLE {OLD} (record_id bigint PRIMARY KEY, terms integer[] NOT NULL)")
        schema_editor.execute(f"CREATE INDEX {OLD}_gin ON {OLD} USING gin (terms)")


class Migration(migrations.Migration):
    dependencies = [("library", "0003_catalog_counts_stamp")]

    operations = [migrations.RunPython(make_postings, drop_postings)]
