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
        ('orientation', '0001_initial'),
        ('people', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('programmes', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='InternetAid',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.PositiveIntegerField(help_text='centimes', verbose_name='montant')),
                ('months', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='durée en mois')),
                ('state', models.CharField(choices=[('requested', 'demandée'), ('granted', 'accordée'), ('refused', 'refusée'), ('paid', 'versée')], default='requested', max_length=10, verbose_name='état')),
                ('requested_on', models.DateField(verbose_name='demandée le')),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='décidée le')),
                ('refusal_reason', models.CharField(blank=True, default='', max_length=300, verbose_name='raison du refus')),
                ('paid_on', models.DateField(blank=True, null=True, verbose_name='versée le')),
                ('proof', models.CharField(blank=True, default='', max_length=160, verbose_name="justificatif d'abonnement")),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('account', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='aid', to='ledger.auxiliary')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='aids', to='orientation.enrolment')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-requested_on', '-pk'],
                'indexes': [models.Index(fields=['operator', 'state', 'requested_on', 'id'], name='aid_queue')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'refused'), _negated=True), fields=('enrolment',), name='one_aid_per_enrolment', violation_error_message='Cette personne a déjà une aide internet dans cette édition.'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='aid_has_an_amount'), models.CheckConstraint(condition=models.Q(('state', 'requested'), models.Q(('decided_by__isnull', False), ('decided_on__isnull', False)), _connector='OR'), name='decided_aid_has_date_and_author'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('refusal_reason', ''), _negated=True), _connector='OR'), name='refused_aid_has_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'paid'), _negated=True), ('paid_on__isnull', False), _connector='OR'), name='paid_aid_has_a_date')],
            },
        ),
        migrations.CreateModel(
            name='InternetAidEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('amount', models.PositiveIntegerField(help_text='centimes', verbose_name='montant')),
                ('months', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='durée en mois')),
                ('state', models.CharField(choices=[('requested', 'demandée'), ('granted', 'accordée'), ('refused', 'refusée'), ('paid', 'versée')], default='requested', max_length=10, verbose_name='état')),
                ('requested_on', models.DateField(verbose_name='demandée le')),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='décidée le')),
                ('refusal_reason', models.CharField(blank=True, default='', max_length=300, verbose_name='raison du refus')),
                ('paid_on', models.DateField(blank=True, null=True, verbose_name='versée le')),
                ('proof', models.CharField(blank=True, default='', max_length=160, verbose_name="justificatif d'abonnement")),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('account', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ledger.auxiliary')),
                ('decided_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('enrolment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='orientation.enrolment')),
                ('operator', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='connectivity.internetaid')),
                ('requested_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RechargeProduct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=160, verbose_name='recharge')),
                ('public_price', models.PositiveIntegerField(help_text='centimes', verbose_name='prix public')),
                ('solidarity_price', models.PositiveIntegerField(help_text='centimes', verbose_name='prix solidaire')),
                ('months', models.PositiveSmallIntegerField(default=1, verbose_name='mois couverts')),
                ('sold_until', models.DateField(blank=True, null=True, verbose_name="vendue jusqu'au")),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('operator', 'name'), name='recharge_name_once'), models.CheckConstraint(condition=models.Q(('solidarity_price__lte', models.F('public_price'))), name='solidarity_price_is_not_higher', violation_error_message='Le prix solidaire ne dépasse pas le prix public.'), models.CheckConstraint(condition=models.Q(('months__gt', 0)), name='recharge_covers_a_month')],
            },
        ),
        migrations.CreateModel(
            name='RechargeSale',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='vendue le')),
                ('public_price', models.PositiveIntegerField(help_text='centimes')),
                ('paid', models.PositiveIntegerField(help_text='centimes', verbose_name='payée')),
                ('months', models.PositiveSmallIntegerField()),
                ('token', models.UUIDField(help_text='one sale per form shown, however often it is sent', unique=True)),
                ('edition', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recharges', to='programmes.edition')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recharges', to='people.person')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sales', to='connectivity.rechargeproduct')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.site')),
                ('sold_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-on', '-pk'],
                'indexes': [models.Index(fields=['operator', '-on', '-id'], name='recharge_by_date'), models.Index(fields=['person', '-on'], name='recharge_by_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('paid__lte', models.F('public_price'))), name='recharge_never_dearer')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='internetaid',
            trigger=pgtrigger.compiler.Trigger(name='aid_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{granted:paid,requested:granted,requested:refused}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='04d9d9bda2d2c256441bc3dc913de0a90a585749', operation='UPDATE', pgid='pgtrigger_aid_transitions_e2b78', table='connectivity_internetaid', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='internetaid',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "connectivity_internetaidevent" ("account_id", "amount", "decided_by_id", "decided_on", "enrolment_id", "id", "months", "operator_id", "paid_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proof", "refusal_reason", "requested_by_id", "requested_on", "state", "updated_at") VALUES (NEW."account_id", NEW."amount", NEW."decided_by_id", NEW."decided_on", NEW."enrolment_id", NEW."id", NEW."months", NEW."operator_id", NEW."paid_on", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."proof", NEW."refusal_reason", NEW."requested_by_id", NEW."requested_on", NEW."state", NEW."updated_at"); RETURN NULL;', hash='36135a6c78c208fd7f3324b6d5c38d92e13180a5', operation='INSERT', pgid='pgtrigger_insert_insert_d52dd', table='connectivity_internetaid', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='internetaid',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "connectivity_internetaidevent" ("account_id", "amount", "decided_by_id", "decided_on", "enrolment_id", "id", "months", "operator_id", "paid_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proof", "refusal_reason", "requested_by_id", "requested_on", "state", "updated_at") VALUES (NEW."account_id", NEW."amount", NEW."decided_by_id", NEW."decided_on", NEW."enrolment_id", NEW."id", NEW."months", NEW."operator_id", NEW."paid_on", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."proof", NEW."refusal_reason", NEW."requested_by_id", NEW."requested_on", NEW."state", NEW."updated_at"); RETURN NULL;', hash='74a161bbdcbcee16f0e002b0b1e83c90b9f76cbe', operation='UPDATE', pgid='pgtrigger_update_update_357dc', table='connectivity_internetaid', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rechargesale',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d6cf8a0956a97fcc1b51111d3aa0ca68e5e5838f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_869bb', table='connectivity_rechargesale', when='BEFORE')),
        ),
    ]
