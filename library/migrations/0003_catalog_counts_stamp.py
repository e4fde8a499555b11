import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("library", "0002_catalog_index")]

    operations = [
        migrations.AddField(
            model_name="catalogcounts",
            name="stamp",
            field=models.UUIDField(default=uuid.uuid4),
        ),
    ]
