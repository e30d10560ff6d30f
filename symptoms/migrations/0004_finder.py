# What the finder ranks by, and the symptoms by body system. The defaults last until 0005 has read the documents.

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0006_by_title'),
        ('symptoms', '0003_fill_published_causes'),
    ]

    operations = [
        migrations.AddField(
            model_name='publishedcause',
            name='gravity',
            field=models.PositiveSmallIntegerField(choices=[(0, ''), (1, 'serious'), (2, 'life-threatening')], default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='publishedcause',
            name='name_key',
            field=models.CharField(default='', help_text='The name, folded.', max_length=200),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='publishedcause',
            name='rarity',
            field=models.PositiveSmallIntegerField(choices=[(1, 'common'), (2, 'uncommon'), (3, 'rare'), (4, '')], default=4),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name='PublishedRelation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('system', models.CharField(max_length=20)),
                ('label', models.CharField(max_length=60)),
                ('other_uuid', models.UUIDField()),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='articles.article')),
                ('publication', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='articles.publication')),
            ],
            options={
                'indexes': [models.Index(fields=['system', 'other_uuid'], name='published_relation_by_system'), models.Index(fields=['other_uuid'], name='published_relation_by_other')],
                'constraints': [models.UniqueConstraint(fields=('article', 'system', 'other_uuid'), name='published_relation_once')],
            },
        ),
    ]
