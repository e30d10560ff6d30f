from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0028_scheduled_runs")]

    operations = [
        migrations.AlterField("scheduledrun", "finished_at", models.DateTimeField(null=True)),
        migrations.AddField("scheduledrun", "failed_at", models.DateTimeField(null=True)),
    ]
