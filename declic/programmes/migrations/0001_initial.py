import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('ledger', '0001_initial'),
        ('organisations', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='nom')),
                ('starts_on', models.DateField(verbose_name='début')),
                ('ends_on', models.DateField(verbose_name='fin')),
                ('enrolment_ends_on', models.DateField(blank=True, null=True, verbose_name='fin des entrées')),
                ('places', models.PositiveIntegerField(blank=True, null=True, verbose_name='places')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('section', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='edition', to='ledger.section')),
            ],
            options={
                'ordering': ['-starts_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='MeansLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=120, verbose_name='rôle')),
                ('hours', models.DecimalField(decimal_places=2, max_digits=8, verbose_name='heures')),
                ('per', models.CharField(choices=[('week', 'par semaine'), ('month', 'par mois'), ('year', 'par an'), ('edition', "pour l'édition")], max_length=10, verbose_name='rythme')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='means', to='programmes.edition')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['edition', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Programme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='nom')),
                ('slug', models.SlugField(max_length=60, verbose_name='identifiant')),
                ('summary', models.TextField(blank=True, default='', verbose_name='en quelques phrases')),
                ('audience', models.TextField(blank=True, default='', verbose_name='pour qui')),
                ('archived_on', models.DateField(blank=True, null=True, verbose_name='terminé le')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('operator', 'slug'), name='programme_slug_once', violation_error_message='Un dispositif a déjà cet identifiant.')],
            },
        ),
        migrations.AddField(
            model_name='edition',
            name='programme',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='programmes.programme'),
        ),
        migrations.CreateModel(
            name='PublishedFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('label', models.CharField(max_length=200, verbose_name='libellé')),
                ('indicator', models.CharField(blank=True, default='', max_length=60)),
                ('unit', models.CharField(blank=True, default='', max_length=20)),
                ('value', models.JSONField()),
                ('printed', models.JSONField(blank=True, null=True)),
                ('arithmetic', models.JSONField(blank=True, null=True)),
                ('at', models.DateField(blank=True, null=True)),
                ('reproduce', models.BooleanField(default=True)),
                ('note', models.CharField(blank=True, default='', max_length=400)),
                ('edition', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='published', to='programmes.edition')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='published', to='programmes.programme')),
            ],
            options={
                'ordering': ['programme', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('programme', 'name'), name='published_figure_once')],
            },
        ),
        migrations.CreateModel(
            name='TermsVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('body', models.JSONField()),
                ('note', models.CharField(blank=True, default='', max_length=300, verbose_name='ce qui change')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('frozen_at', models.DateTimeField(blank=True, null=True, verbose_name='figée le')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='programmes.edition')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['edition', '-number'],
                'constraints': [models.UniqueConstraint(fields=('edition', 'number'), name='terms_number_once')],
            },
        ),
        migrations.CreateModel(
            name='BudgetLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('expense', 'dépense'), ('income', 'recette')], max_length=10, verbose_name='nature')),
                ('label', models.CharField(max_length=200, verbose_name='libellé')),
                ('year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='année')),
                ('planned', models.PositiveBigIntegerField(help_text='centimes', verbose_name='prévu')),
                ('funder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='funded', to='organisations.organisation')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='budget', to='programmes.edition')),
            ],
            options={
                'ordering': ['edition', 'side', 'year', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('funder__isnull', True), ('side', 'income'), _connector='OR'), name='only_income_names_a_funder')],
            },
        ),
        migrations.CreateModel(
            name='Objective',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.CharField(max_length=60, verbose_name='indicateur')),
                ('label', models.CharField(max_length=200, verbose_name='objectif')),
                ('target', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='cible')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='objectives', to='programmes.edition')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['edition', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('edition', 'indicator'), name='objective_once', violation_error_message='Cet indicateur a déjà une cible.')],
            },
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.UniqueConstraint(fields=('programme', 'name'), name='edition_name_once', violation_error_message='Une édition porte déjà ce nom.'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='edition_dates_in_order', violation_error_message="La fin de l'édition vient avant son début."),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='termsversion',
            trigger=pgtrigger.compiler.Trigger(name='frozen_terms_stay', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."frozen_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3253b53d0ffc97ae49b89715c365b756a97a015f', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_terms_stay_50850', table='programmes_termsversion', when='BEFORE')),
        ),
    ]
