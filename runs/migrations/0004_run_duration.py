from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def measure(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give the runs that ended before their duration."""
    started = apps.get_model("runs", "Run").objects.filter(started_at__isnull=False)
    ended = started.filter(finished_at__isnull=False)
    ended.update(duration=F("finished_at") - F("started_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0003_feed_and_stored_values"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="duration",
            field=models.DurationField(null=True),
        ),
        migrations.RunPython(measure, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["status", "-created_at", "-id"], name="runs_run_status"
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("duration__isnull", False)),
                fields=["-duration", "-id"],
                name="runs_run_longest",
            ),
        ),
    ]
