"""The local catalogue: what makes its rows unique, how far each file was loaded, and its search index."""

from django.db import migrations, models

TABLE = "library_catalogterms"


def make_index(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        # Contentless and without positions: only which record has which term is ever asked.
        schema_editor.execute(
            f"CREATE VIRTUAL TABLE {TABLE} USING fts5(terms, content='', columnsize=0, detail='none', tokenize='ascii')"
        )
    else:
        schema_editor.execute(f"CREATE TABLE {TABLE} (record_id bigint PRIMARY KEY, terms integer[] NOT NULL)")
        schema_editor.execute(f"CREATE INDEX {TABLE}_gin ON {TABLE} USING gin (terms)")


def drop_index(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="catalogrecord",
            name="key",
            field=models.CharField(editable=False, max_length=40, unique=True, default=""),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="CatalogCounts",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("records", models.PositiveIntegerField(default=0)),
                ("counts", models.BinaryField(default=bytes)),
            ],
        ),
        migrations.CreateModel(
            name="CatalogFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fingerprint", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=255)),
                ("rows", models.PositiveBigIntegerField(default=0)),
                ("added", models.PositiveBigIntegerField(default=0)),
                ("skipped", models.PositiveBigIntegerField(default=0)),
                ("finished", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.RunPython(make_index, drop_index),
    ]
