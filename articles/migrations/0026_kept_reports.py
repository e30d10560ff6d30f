from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0025_related_pages'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptReport',
            fields=[
                ('name', models.CharField(max_length=50, primary_key=True, serialize=False)),
                ('rows', models.TextField()),
                ('computed_at', models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['discarded_at', 'kind', 'sort_key', 'slug', 'live'], name='article_in_lists'),
        ),
    ]
