"""What was proposed at first stays known, so that the bands can be held against what their owners decided."""

from django.db import migrations, models

from library import identity
from library.catalogs.terms import main_title

BANDS = [("sure", "Sure"), ("check", "Please check"), ("unread", "Could not read")]


def note_proposals(apps, schema_editor):
    """What was not edited is still what was proposed; of the rest only the work can be told."""
    candidates = apps.get_model("scanning", "Candidate").objects
    changed = []
    for row in candidates.only("record", "band", "edited").iterator():
        row.work = identity.work_key(main_title(row.record.get("title", "")), row.record.get("authors") or ())
        if not row.edited:
            row.proposed_band, row.proposed_work = row.band, row.work
        changed.append(row)
    candidates.bulk_update(changed, ["work", "proposed_band", "proposed_work"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("scanning", "0003_memory_and_labels")]

    operations = [
        migrations.AddField(
            model_name="candidate",
            name="proposed_band",
            field=models.CharField(blank=True, choices=BANDS, default="", editable=False, max_length=6),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="candidate",
            name="proposed_work",
            field=models.CharField(blank=True, default="", editable=False, max_length=300),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="candidate",
            name="work",
            field=models.CharField(
                blank=True, default="", editable=False, max_length=300, verbose_name="the same for all editions"
            ),
            preserve_default=False,
        ),
        migrations.RunPython(note_proposals, migrations.RunPython.noop),
    ]
