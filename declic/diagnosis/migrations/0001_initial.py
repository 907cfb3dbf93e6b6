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
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Assessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('entry', "à l'entrée"), ('exit', 'à la sortie')], max_length=8)),
                ('on', models.DateField(verbose_name='date')),
                ('cut_points', models.CharField(max_length=20)),
                ('proposed_level', models.CharField(blank=True, choices=[('debutant', 'débutant'), ('intermediaire', 'intermédiaire'), ('avance', 'avancé'), ('autonome', 'autonome')], default='', max_length=16, verbose_name='niveau proposé')),
                ('other_level', models.CharField(blank=True, choices=[('debutant', 'débutant'), ('intermediaire', 'intermédiaire'), ('avance', 'avancé'), ('autonome', 'autonome')], default='', max_length=16, verbose_name='niveau voisin')),
                ('confirmed_level', models.CharField(blank=True, choices=[('debutant', 'débutant'), ('intermediaire', 'intermédiaire'), ('avance', 'avancé'), ('autonome', 'autonome')], default='', max_length=16, verbose_name='niveau confirmé')),
                ('override_reason', models.CharField(blank=True, default='', max_length=300, verbose_name='pourquoi un autre niveau')),
                ('confirmed_on', models.DateField(blank=True, null=True)),
                ('note', models.TextField(blank=True, default='', verbose_name="ce que l'on retient")),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('adviser', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='orientation.enrolment')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['-on', '-pk'],
                'indexes': [models.Index(fields=['enrolment', '-on'], name='assessment_by_enrolment'), models.Index(condition=models.Q(('confirmed_level', '')), fields=['operator', 'on'], name='levels_to_confirm')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('confirmed_by__isnull', True), ('confirmed_level', ''), ('confirmed_on__isnull', True)), models.Q(models.Q(('confirmed_level', ''), _negated=True), ('confirmed_by__isnull', False), ('confirmed_on__isnull', False)), _connector='OR'), name='confirmed_level_has_author_and_date')],
            },
        ),
        migrations.CreateModel(
            name='AssessmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('entry', "à l'entrée"), ('exit', 'à la sortie')], max_length=8)),
                ('on', models.DateField(verbose_name='date')),
                ('cut_points', models.CharField(max_length=20)),
                ('proposed_level', models.CharField(blank=True, choices=[('debutant', 'débutant'), ('intermediaire', 'intermédiaire'), ('avance', 'avancé'), ('autonome', 'autonome')], default='', max_length=16, verbose_name='niveau proposé')),
                ('other_level', models.CharField(blank=True, choices=[('debutant', 'débutant'), ('intermediaire', 'intermédiaire'), ('avance', 'avancé'), ('autonome', 'autonome')], default='', max_length=16, verbose_name='niveau voisin')),
                ('confirmed_level', models.CharField(blank=True, choices=[('debutant', 'débutant'), ('intermediaire', 'intermédiaire'), ('avance', 'avancé'), ('autonome', 'autonome')], default='', max_length=16, verbose_name='niveau confirmé')),
                ('override_reason', models.CharField(blank=True, default='', max_length=300, verbose_name='pourquoi un autre niveau')),
                ('confirmed_on', models.DateField(blank=True, null=True)),
                ('note', models.TextField(blank=True, default='', verbose_name="ce que l'on retient")),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('adviser', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('enrolment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='orientation.enrolment')),
                ('operator', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='diagnosis.assessment')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Barrier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('label', models.CharField(max_length=300, verbose_name='frein')),
                ('source', models.CharField(choices=[('declared', 'dit par la personne'), ('observed', 'observé'), ('suggested', 'à confirmer')], max_length=10)),
                ('spotted_on', models.DateField(verbose_name='repéré le')),
                ('state', models.CharField(choices=[('repere', 'repéré'), ('en_cours', 'en cours'), ('leve', 'levé'), ('abandonne', 'abandonné')], default='repere', max_length=10, verbose_name='état')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='levé ou abandonné le')),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='barriers', to='orientation.enrolment')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['enrolment', 'spotted_on', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('enrolment', 'code'), name='barrier_once_per_enrolment', violation_error_message='Ce frein est déjà noté.'), models.CheckConstraint(condition=models.Q(models.Q(('ended_on__isnull', True), ('state__in', ['repere', 'en_cours'])), models.Q(('ended_on__isnull', False), ('state__in', ['leve', 'abandonne'])), _connector='OR'), name='ended_barrier_has_a_date')],
            },
        ),
        migrations.CreateModel(
            name='BarrierEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(max_length=40)),
                ('label', models.CharField(max_length=300, verbose_name='frein')),
                ('source', models.CharField(choices=[('declared', 'dit par la personne'), ('observed', 'observé'), ('suggested', 'à confirmer')], max_length=10)),
                ('spotted_on', models.DateField(verbose_name='repéré le')),
                ('state', models.CharField(choices=[('repere', 'repéré'), ('en_cours', 'en cours'), ('leve', 'levé'), ('abandonne', 'abandonné')], default='repere', max_length=10, verbose_name='état')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='levé ou abandonné le')),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('enrolment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='orientation.enrolment')),
                ('operator', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='diagnosis.barrier')),
                ('recorded_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PlanAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=300, verbose_name='action')),
                ('owner_name', models.CharField(blank=True, default='', max_length=120, verbose_name="qui s'en charge")),
                ('due_on', models.DateField(verbose_name='pour le')),
                ('state', models.CharField(choices=[('to_do', 'à faire'), ('done', 'faite'), ('dropped', 'abandonnée')], default='to_do', max_length=8, verbose_name='état')),
                ('ended_on', models.DateField(blank=True, null=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('barrier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='diagnosis.barrier')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plan_actions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['due_on', 'pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'to_do')), fields=['operator', 'due_on'], name='plan_actions_to_do')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_on__isnull', True), ('state', 'to_do')), models.Q(models.Q(('state', 'to_do'), _negated=True), ('ended_on__isnull', False)), _connector='OR'), name='ended_plan_action_has_a_date')],
            },
        ),
        migrations.CreateModel(
            name='SkillScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('skill', models.CharField(choices=[('connect', 'se connecter'), ('browse', 'naviguer'), ('search', 'chercher une information'), ('fill_form', 'remplir un formulaire'), ('create_mailbox', 'créer sa boîte de courriel'), ('send_read', 'envoyer et lire un courriel'), ('attachments', 'envoyer et recevoir un document'), ('keyboard', 'se servir du clavier'), ('mouse', 'se servir de la souris'), ('usb_key', "se servir d'une clé USB"), ('find_way', "se repérer sur l'ordinateur"), ('manage_documents', 'ranger ses documents'), ('word_processor', 'écrire un texte'), ('safe_connection', 'se connecter sans risque'), ('personal_data', 'protéger ses informations'), ('fraud', 'reconnaître une arnaque')], max_length=20)),
                ('score', models.PositiveSmallIntegerField(blank=True, choices=[(0, 'pas encore'), (1, "avec beaucoup d'aide"), (2, "avec un peu d'aide"), (3, 'sans aide'), (4, "à l'aise, peut montrer")], null=True)),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='diagnosis.assessment')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['assessment', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('assessment', 'skill'), name='skill_scored_once'), models.CheckConstraint(condition=models.Q(('score__isnull', True), ('score__lte', 4), _connector='OR'), name='score_from_0_to_4')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assessment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "diagnosis_assessmentevent" ("adviser_id", "confirmed_by_id", "confirmed_level", "confirmed_on", "created_at", "cut_points", "enrolment_id", "id", "kind", "note", "on", "operator_id", "other_level", "override_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_level", "updated_at") VALUES (NEW."adviser_id", NEW."confirmed_by_id", NEW."confirmed_level", NEW."confirmed_on", NEW."created_at", NEW."cut_points", NEW."enrolment_id", NEW."id", NEW."kind", NEW."note", NEW."on", NEW."operator_id", NEW."other_level", NEW."override_reason", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."proposed_level", NEW."updated_at"); RETURN NULL;', hash='d4e19d4650e0f24030d6022fb25f0ed584490295', operation='INSERT', pgid='pgtrigger_insert_insert_8196c', table='diagnosis_assessment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assessment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "diagnosis_assessmentevent" ("adviser_id", "confirmed_by_id", "confirmed_level", "confirmed_on", "created_at", "cut_points", "enrolment_id", "id", "kind", "note", "on", "operator_id", "other_level", "override_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_level", "updated_at") VALUES (NEW."adviser_id", NEW."confirmed_by_id", NEW."confirmed_level", NEW."confirmed_on", NEW."created_at", NEW."cut_points", NEW."enrolment_id", NEW."id", NEW."kind", NEW."note", NEW."on", NEW."operator_id", NEW."other_level", NEW."override_reason", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."proposed_level", NEW."updated_at"); RETURN NULL;', hash='327eee37b7cf87385729d6ae07c7d2fffddc45d2', operation='UPDATE', pgid='pgtrigger_update_update_628ce', table='diagnosis_assessment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='barrier',
            trigger=pgtrigger.compiler.Trigger(name='barrier_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{abandonne:en_cours,en_cours:abandonne,en_cours:leve,leve:en_cours,repere:abandonne,repere:en_cours,repere:leve}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='f7371228898a7e9ae399fe42990fb922ea90c80e', operation='UPDATE', pgid='pgtrigger_barrier_transitions_d5803', table='diagnosis_barrier', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='barrier',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "diagnosis_barrierevent" ("code", "ended_on", "enrolment_id", "id", "label", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_by_id", "source", "spotted_on", "state", "updated_at") VALUES (NEW."code", NEW."ended_on", NEW."enrolment_id", NEW."id", NEW."label", NEW."operator_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."recorded_by_id", NEW."source", NEW."spotted_on", NEW."state", NEW."updated_at"); RETURN NULL;', hash='228cf96fa77f7806405a07a707aa27423df7ac6c', operation='INSERT', pgid='pgtrigger_insert_insert_32ebb', table='diagnosis_barrier', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='barrier',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "diagnosis_barrierevent" ("code", "ended_on", "enrolment_id", "id", "label", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_by_id", "source", "spotted_on", "state", "updated_at") VALUES (NEW."code", NEW."ended_on", NEW."enrolment_id", NEW."id", NEW."label", NEW."operator_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."recorded_by_id", NEW."source", NEW."spotted_on", NEW."state", NEW."updated_at"); RETURN NULL;', hash='c04a3efbde04431055ffa4626462acd8029dfa76', operation='UPDATE', pgid='pgtrigger_update_update_b489a', table='diagnosis_barrier', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planaction',
            trigger=pgtrigger.compiler.Trigger(name='plan_action_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{to_do:done,to_do:dropped}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='e8679ac1bf95e019c64b024be51a2216693b2e4b', operation='UPDATE', pgid='pgtrigger_plan_action_transitions_d34f7', table='diagnosis_planaction', when='BEFORE')),
        ),
    ]
