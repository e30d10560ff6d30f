"""Care cards: further cards of a page beside its gravest one, and headings of cards.

No text of a page changes: pages have the cards, and the words, that they had.
"""

import articles.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0015_names'),
    ]

    operations = [
        migrations.CreateModel(
            name='CareCard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('emergency', 'Emergency card'), ('urgent', 'Urgent card'), ('routine', 'Non-urgent card')], max_length=10, verbose_name='level')),
                ('heading', articles.fields.LineField(blank=True, max_length=120, verbose_name='heading')),
                ('html', models.TextField(blank=True, verbose_name='text')),
            ],
            options={
                'verbose_name': 'care card',
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='article',
            name='advice_heading',
            field=articles.fields.LineField(blank=True, max_length=120, verbose_name='heading'),
        ),
        migrations.AddField(
            model_name='article',
            name='same_for_everyone',
            field=models.BooleanField(default=False, verbose_name='the same for everyone'),
        ),
        migrations.AddField(
            model_name='article',
            name='shows_crisis_line',
            field=models.BooleanField(default=False, verbose_name='show the crisis line'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=articles.fields.LengthCheck(condition=models.Q(('advice_heading__length__lte', 120)), name='article_advice_heading_at_most_120'),
        ),
        migrations.AddField(
            model_name='carecard',
            name='article',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='care_cards', to='articles.article'),
        ),
        migrations.AddConstraint(
            model_name='carecard',
            constraint=articles.fields.LengthCheck(condition=models.Q(('heading__length__lte', 120)), name='care_card_heading_at_most_120'),
        ),
        migrations.AddConstraint(
            model_name='carecard',
            constraint=models.UniqueConstraint(fields=('article', 'level'), name='care_card_one_a_level'),
        ),
        migrations.AddConstraint(
            model_name='carecard',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ('emergency', 'urgent', 'routine'))), name='care_card_of_a_known_level'),
        ),
        migrations.AddConstraint(
            model_name='carecard',
            constraint=models.CheckConstraint(condition=models.Q(('html', ''), _negated=True), name='care_card_has_a_text'),
        ),
    ]
