from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("chat", "0001_initial")]

    operations = [
        migrations.RenameField("chat", "last_said", "last_used"),
        migrations.RenameField("message", "stop_asked", "stop_requested"),
        migrations.AlterModelOptions("chat", options={"ordering": ["-last_used"]}),
    ]
