import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('organisations', '0001_initial'),
        ('orientation', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Exit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='sortie le')),
                ('reason', models.CharField(choices=[('emploi_durable', 'emploi durable (CDI, CDD de plus de 6 mois)'), ('emploi_court', 'emploi court'), ('creation_entreprise', "création d'entreprise"), ('formation_qualifiante', 'formation qualifiante'), ('autre_formation', 'autre formation'), ('autonome_recherche_active', 'autonome, en recherche active'), ('abandon', 'abandon'), ('demenagement', 'déménagement'), ('sante', 'santé'), ('deces', 'décès'), ('autre', 'autre raison')], max_length=26, verbose_name='raison')),
                ('detail', models.CharField(blank=True, default='', max_length=200, verbose_name='contrat ou formation, durée')),
                ('proof', models.CharField(blank=True, default='', max_length=200, verbose_name='justificatif')),
                ('enrolment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='exit', to='orientation.enrolment')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-on', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('reason__in', ['emploi_durable', 'creation_entreprise', 'formation_qualifiante']), _negated=True), models.Q(models.Q(('proof', ''), _negated=True), models.Q(('detail', ''), _negated=True)), _connector='OR'), name='positive_exit_has_a_proof', violation_error_message='Une sortie positive dit le contrat ou la formation, et nomme son justificatif.')],
            },
        ),
        migrations.CreateModel(
            name='Outcome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_on', models.DateField(verbose_name='à demander le')),
                ('recorded_on', models.DateField(blank=True, null=True, verbose_name='demandée le')),
                ('status', models.CharField(blank=True, choices=[('en_emploi', 'en emploi'), ('en_formation', 'en formation'), ('en_recherche', "en recherche d'emploi"), ('autre', 'autre situation'), ('injoignable', "n'a pas pu être jointe")], default='', max_length=14, verbose_name='situation')),
                ('note', models.CharField(blank=True, default='', max_length=300, verbose_name='précision')),
                ('exit', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='outcome', to='followup.exit')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['due_on', 'pk'],
                'indexes': [models.Index(condition=models.Q(('recorded_on__isnull', True)), fields=['operator', 'due_on'], name='outcomes_to_ask')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('recorded_on__isnull', True), ('status', '')), models.Q(('recorded_by__isnull', False), ('recorded_on__isnull', False), models.Q(('status', ''), _negated=True)), _connector='OR'), name='recorded_outcome_is_complete')],
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('months', models.PositiveSmallIntegerField(verbose_name='mois')),
                ('on', models.DateField(verbose_name='donné le')),
                ('observed_uses', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), default=list, verbose_name='usages observés')),
                ('testimony', models.TextField(blank=True, default='', verbose_name='témoignage')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='orientation.enrolment')),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['-on', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('enrolment', 'months'), name='review_given_once', violation_error_message='Ce bilan est déjà donné.')],
            },
        ),
        migrations.CreateModel(
            name='SatisfactionAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='répondu le')),
                ('score', models.PositiveSmallIntegerField(choices=[(1, 'pas du tout satisfaite'), (2, 'peu satisfaite'), (3, 'satisfaite'), (4, 'très satisfaite')], verbose_name='satisfaction')),
                ('comment', models.TextField(blank=True, default='', verbose_name='en ses mots')),
                ('enrolment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='satisfaction', to='orientation.enrolment')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-on', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('score__gte', 1), ('score__lte', 4)), name='satisfaction_1_to_4')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exit',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8c4323ab54c0f1b9624f1e3b48c263ebef348450', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_135b1', table='followup_exit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='review',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='31727fc3ad4d9eb471f6e0218b33dd90cb985f91', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ddd59', table='followup_review', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='satisfactionanswer',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8efa6824ce5b7fc05f693bdb85aaefdc91c8fc91', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0f8bb', table='followup_satisfactionanswer', when='BEFORE')),
        ),
    ]
