from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('library', '0007_fill_authors_and_series'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='import',
            name='hints',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='import',
            name='sha256',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name='import',
            name='key',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AlterField(
            model_name='import',
            name='state',
            field=models.CharField(choices=[('checking', 'Being read'), ('preview', 'Preview'), ('queued', 'Queued'), ('running', 'Running'), ('complete', 'Complete'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='preview', max_length=20),
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(fields=['user', 'sha256'], name='import_by_hash'),
        ),
    ]
