from django.db import migrations

from library.folding import sort_name, sort_title

CHUNK = 1000


def fill(apps, schema_editor):
    """What `UserBook.save` writes from now on, for the copies that are there already."""
    UserBook, CopyAuthor = apps.get_model("library", "UserBook"), apps.get_model("library", "CopyAuthor")
    copies, last = UserBook.objects.order_by("pk").only("pk", "user_id", "authors", "series"), 0
    while chunk := list(copies.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        rows = []
        for copy in chunk:
            by_key = {}
            for name in copy.authors:
                if name.strip():
                    by_key.setdefault(sort_name(name)[:200] or name.strip().casefold()[:200], name.strip()[:200])
            for place, (folded, name) in enumerate(by_key.items()):
                rows.append(CopyAuthor(copy_id=copy.pk, user_id=copy.user_id, name=name, folded=folded, place=place))
        CopyAuthor.objects.bulk_create(rows)
        of_series = [copy for copy in chunk if copy.series]
        for copy in of_series:
            copy.series_key = sort_title(copy.series)[:200]
        UserBook.objects.bulk_update(of_series, ["series_key"])


class Migration(migrations.Migration):
    # Apart from the change of the tables: PostgreSQL does not want both in one transaction.

    dependencies = [("library", "0006_authors_and_series")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
