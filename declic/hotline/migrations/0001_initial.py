import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('equipment', '0001_initial'),
        ('organisations', '0001_initial'),
        ('people', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('phone', 'téléphone'), ('desk', "à l'accueil"), ('adviser', 'par le médiateur'), ('prescriber', 'par le référent')], max_length=12, verbose_name='reçue')),
                ('symptom', models.CharField(choices=[('wont_start', 'ne démarre pas'), ('slow', 'très lent'), ('screen', 'écran'), ('keyboard', 'clavier ou souris'), ('battery', 'batterie ou chargeur'), ('internet', "pas d'internet"), ('account', 'mot de passe ou compte bloqué'), ('software', 'logiciel'), ('other', 'autre')], max_length=12, verbose_name='panne')),
                ('description', models.TextField(verbose_name='ce qui se passe')),
                ('priority', models.CharField(choices=[('urgent', 'urgente'), ('normal', 'normale')], default='normal', max_length=8, verbose_name='priorité')),
                ('state', models.CharField(choices=[('open', 'à prendre'), ('answered', 'répondue, à suivre'), ('solved', 'résolue')], default='open', max_length=10, verbose_name='état')),
                ('resolution', models.CharField(blank=True, choices=[('advice', 'conseil'), ('repair', 'réparation'), ('swap', 'échange de machine'), ('no_fault', 'pas de panne')], default='', max_length=10, verbose_name='solution')),
                ('opened_at', models.DateTimeField(verbose_name='ouverte le')),
                ('first_answer_at', models.DateTimeField(blank=True, null=True)),
                ('solved_at', models.DateTimeField(blank=True, null=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('allocation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='equipment.allocation')),
                ('assigned_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='organisations.organisation')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opened_tickets', to=settings.AUTH_USER_MODEL)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='people.person')),
            ],
            options={
                'ordering': ['-opened_at', '-pk'],
                'indexes': [models.Index(fields=['operator', 'state', 'opened_at', 'id'], name='ticket_queue')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', 'solved'), _negated=True), ('solved_at__isnull', True)), models.Q(('solved_at__isnull', False), ('state', 'solved'), models.Q(('resolution', ''), _negated=True)), _connector='OR'), name='solved_ticket_says_how_and_when')],
            },
        ),
        migrations.CreateModel(
            name='TicketEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('channel', models.CharField(choices=[('phone', 'téléphone'), ('desk', "à l'accueil"), ('adviser', 'par le médiateur'), ('prescriber', 'par le référent')], max_length=12, verbose_name='reçue')),
                ('symptom', models.CharField(choices=[('wont_start', 'ne démarre pas'), ('slow', 'très lent'), ('screen', 'écran'), ('keyboard', 'clavier ou souris'), ('battery', 'batterie ou chargeur'), ('internet', "pas d'internet"), ('account', 'mot de passe ou compte bloqué'), ('software', 'logiciel'), ('other', 'autre')], max_length=12, verbose_name='panne')),
                ('description', models.TextField(verbose_name='ce qui se passe')),
                ('priority', models.CharField(choices=[('urgent', 'urgente'), ('normal', 'normale')], default='normal', max_length=8, verbose_name='priorité')),
                ('state', models.CharField(choices=[('open', 'à prendre'), ('answered', 'répondue, à suivre'), ('solved', 'résolue')], default='open', max_length=10, verbose_name='état')),
                ('resolution', models.CharField(blank=True, choices=[('advice', 'conseil'), ('repair', 'réparation'), ('swap', 'échange de machine'), ('no_fault', 'pas de panne')], default='', max_length=10, verbose_name='solution')),
                ('opened_at', models.DateTimeField(verbose_name='ouverte le')),
                ('first_answer_at', models.DateTimeField(blank=True, null=True)),
                ('solved_at', models.DateTimeField(blank=True, null=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('allocation', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='equipment.allocation')),
                ('assigned_to', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation')),
                ('opened_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('operator', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='hotline.ticket')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TicketMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('body', models.TextField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='hotline.ticket')),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ticket',
            trigger=pgtrigger.compiler.Trigger(name='ticket_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{answered:open,answered:solved,open:answered,open:solved,solved:open}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='04bb16ad216df5d6a1e7b18f90307b838b94d1b9', operation='UPDATE', pgid='pgtrigger_ticket_transitions_d63ab', table='hotline_ticket', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ticket',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "hotline_ticketevent" ("allocation_id", "assigned_to_id", "channel", "description", "first_answer_at", "id", "opened_at", "opened_by_id", "operator_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "resolution", "solved_at", "state", "symptom", "updated_at") VALUES (NEW."allocation_id", NEW."assigned_to_id", NEW."channel", NEW."description", NEW."first_answer_at", NEW."id", NEW."opened_at", NEW."opened_by_id", NEW."operator_id", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."priority", NEW."resolution", NEW."solved_at", NEW."state", NEW."symptom", NEW."updated_at"); RETURN NULL;', hash='f04655d91e1835a195a7ec8c533a646b7abf9f84', operation='INSERT', pgid='pgtrigger_insert_insert_f4c5e', table='hotline_ticket', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ticket',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "hotline_ticketevent" ("allocation_id", "assigned_to_id", "channel", "description", "first_answer_at", "id", "opened_at", "opened_by_id", "operator_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "resolution", "solved_at", "state", "symptom", "updated_at") VALUES (NEW."allocation_id", NEW."assigned_to_id", NEW."channel", NEW."description", NEW."first_answer_at", NEW."id", NEW."opened_at", NEW."opened_by_id", NEW."operator_id", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."priority", NEW."resolution", NEW."solved_at", NEW."state", NEW."symptom", NEW."updated_at"); RETURN NULL;', hash='d0fd2c442641c1b08cea418c348b271ab2911626', operation='UPDATE', pgid='pgtrigger_update_update_a2aa6', table='hotline_ticket', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ticketmessage',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f90aae8c2de02e8296f29ee33207d6fbcdb900f0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fc834', table='hotline_ticketmessage', when='BEFORE')),
        ),
    ]
