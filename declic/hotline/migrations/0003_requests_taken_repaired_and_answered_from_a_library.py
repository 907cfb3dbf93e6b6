import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('equipment', '0002_in_depth'),
        ('hotline', '0002_messages_know_their_person'),
        ('organisations', '0004_organisation_named_once_by_each'),
        ('people', '0006_reopened_files'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('symptom', models.CharField(choices=[('wont_start', 'ne démarre pas'), ('slow', 'très lent'), ('screen', 'écran'), ('keyboard', 'clavier ou souris'), ('battery', 'batterie ou chargeur'), ('internet', "pas d'internet"), ('account', 'mot de passe ou compte bloqué'), ('software', 'logiciel'), ('other', 'autre')], max_length=12, verbose_name='panne')),
                ('title', models.CharField(max_length=120, verbose_name='titre')),
                ('body', models.TextField(verbose_name='étapes')),
                ('archived_on', models.DateField(blank=True, null=True, verbose_name='retirée le')),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['title', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('archived_on__isnull', True)), fields=('operator', 'title'), name='answer_title_once', violation_error_message='Une réponse porte déjà ce titre.')],
            },
        ),
        migrations.CreateModel(
            name='TicketRepair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('taken_in_at', models.DateTimeField(verbose_name="reçue à l'atelier le")),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='rendue ou remplacée le')),
                ('swapped', models.BooleanField(default=False, verbose_name='remplacée')),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ticket_repairs', to='equipment.device')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('taken_in_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='repairs', to='hotline.ticket')),
            ],
            options={
                'ordering': ['taken_in_at', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('device',), name='machine_in_one_repair_at_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('swapped', False)), ('ended_at__isnull', False), _connector='OR'), name='repair_swapped_when_ended')],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='ticket',
            name='ticket_transitions',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='ticket',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='ticket',
            name='update_update',
        ),
        migrations.AddField(
            model_name='ticket',
            name='device',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='equipment.device'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='reopened_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='rouverte le'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='reopenings',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='réouvertures'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='taken_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='prise en charge le'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='taken_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='taken_tickets', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ticketevent',
            name='device',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='equipment.device'),
        ),
        migrations.AddField(
            model_name='ticketevent',
            name='reopened_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='rouverte le'),
        ),
        migrations.AddField(
            model_name='ticketevent',
            name='reopenings',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='réouvertures'),
        ),
        migrations.AddField(
            model_name='ticketevent',
            name='taken_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='prise en charge le'),
        ),
        migrations.AddField(
            model_name='ticketevent',
            name='taken_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='channel',
            field=models.CharField(choices=[('phone', 'téléphone'), ('desk', "à l'accueil"), ('adviser', 'par le médiateur'), ('prescriber', 'par le référent'), ('person', 'par la personne elle-même')], max_length=12, verbose_name='reçue'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='opened_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opened_tickets', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='state',
            field=models.CharField(choices=[('open', 'à prendre'), ('answered', 'répondue, à suivre'), ('repairing', "à l'atelier"), ('solved', 'résolue')], default='open', max_length=10, verbose_name='état'),
        ),
        migrations.AlterField(
            model_name='ticketevent',
            name='channel',
            field=models.CharField(choices=[('phone', 'téléphone'), ('desk', "à l'accueil"), ('adviser', 'par le médiateur'), ('prescriber', 'par le référent'), ('person', 'par la personne elle-même')], max_length=12, verbose_name='reçue'),
        ),
        migrations.AlterField(
            model_name='ticketevent',
            name='opened_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='ticketevent',
            name='state',
            field=models.CharField(choices=[('open', 'à prendre'), ('answered', 'répondue, à suivre'), ('repairing', "à l'atelier"), ('solved', 'résolue')], default='open', max_length=10, verbose_name='état'),
        ),
        migrations.AlterField(
            model_name='ticketmessage',
            name='author',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['operator', 'opened_at', 'id'], name='ticket_by_date'),
        ),
        # Requests opened before: the machine that the person has now is the best that is known.
        migrations.RunSQL(
            """
            UPDATE hotline_ticket AS ticket SET device_id = allocation.device_id
              FROM equipment_allocation AS allocation WHERE allocation.id = ticket.allocation_id;
            SET CONSTRAINTS ALL IMMEDIATE;
            SET CONSTRAINTS ALL DEFERRED;
            """,
            migrations.RunSQL.noop,
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ticket',
            trigger=pgtrigger.compiler.Trigger(name='ticket_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{answered:open,answered:repairing,answered:solved,open:answered,open:repairing,open:solved,repairing:solved,solved:open}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='d33e287a07f3d04aec8792cd1ec9e85f9fce0dc7', operation='UPDATE', pgid='pgtrigger_ticket_transitions_d63ab', table='hotline_ticket', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ticket',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "hotline_ticketevent" ("allocation_id", "assigned_to_id", "channel", "description", "device_id", "first_answer_at", "id", "opened_at", "opened_by_id", "operator_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reopened_at", "reopenings", "resolution", "solved_at", "state", "symptom", "taken_at", "taken_by_id", "updated_at") VALUES (NEW."allocation_id", NEW."assigned_to_id", NEW."channel", NEW."description", NEW."device_id", NEW."first_answer_at", NEW."id", NEW."opened_at", NEW."opened_by_id", NEW."operator_id", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."priority", NEW."reopened_at", NEW."reopenings", NEW."resolution", NEW."solved_at", NEW."state", NEW."symptom", NEW."taken_at", NEW."taken_by_id", NEW."updated_at"); RETURN NULL;', hash='c84a32db9978e6dc755e4536bdf6bb83f87188af', operation='INSERT', pgid='pgtrigger_insert_insert_f4c5e', table='hotline_ticket', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ticket',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "hotline_ticketevent" ("allocation_id", "assigned_to_id", "channel", "description", "device_id", "first_answer_at", "id", "opened_at", "opened_by_id", "operator_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reopened_at", "reopenings", "resolution", "solved_at", "state", "symptom", "taken_at", "taken_by_id", "updated_at") VALUES (NEW."allocation_id", NEW."assigned_to_id", NEW."channel", NEW."description", NEW."device_id", NEW."first_answer_at", NEW."id", NEW."opened_at", NEW."opened_by_id", NEW."operator_id", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."priority", NEW."reopened_at", NEW."reopenings", NEW."resolution", NEW."solved_at", NEW."state", NEW."symptom", NEW."taken_at", NEW."taken_by_id", NEW."updated_at"); RETURN NULL;', hash='c97f1fbc2cbac4abde3801d55b65f84190dc58f8', operation='UPDATE', pgid='pgtrigger_update_update_a2aa6', table='hotline_ticket', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('opened_by__isnull', False), ('channel', 'person'), _connector='OR'), name='ticket_of_nobody_is_the_person_s'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('taken_at__isnull', True), ('taken_by__isnull', True)), models.Q(('taken_at__isnull', False), ('taken_by__isnull', False)), _connector='OR'), name='taken_ticket_says_when'),
        ),
        migrations.AddField(
            model_name='ticketmessage',
            name='answer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='hotline.answer'),
        ),
    ]
