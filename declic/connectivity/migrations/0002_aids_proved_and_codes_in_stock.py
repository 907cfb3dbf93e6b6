import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connectivity', '0001_initial'),
        ('documents', '0002_in_depth'),
        ('ledger', '0001_initial'),
        ('organisations', '0004_organisation_named_once_by_each'),
        ('orientation', '0007_messages_know_their_person'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CodeBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('count', models.PositiveIntegerField(verbose_name='ajoutés')),
                ('known', models.PositiveIntegerField(default=0, verbose_name='déjà connus')),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name="valables jusqu'au")),
                ('cost', models.PositiveIntegerField(blank=True, help_text='centimes', null=True, verbose_name='payé au fournisseur')),
                ('imported_at', models.DateTimeField(verbose_name='importés le')),
                ('imported_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='connectivity.rechargeproduct')),
            ],
            options={
                'ordering': ['-imported_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='RechargeCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', models.BinaryField()),
                ('fingerprint', models.CharField(max_length=64)),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name="valable jusqu'au")),
                ('state', models.CharField(choices=[('in_stock', 'en stock'), ('sold', 'remis'), ('void', 'annulé')], default='in_stock', max_length=8, verbose_name='état')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='codes', to='connectivity.codebatch')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='codes', to='connectivity.rechargeproduct')),
                ('sale', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='code', to='connectivity.rechargesale')),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'in_stock')), fields=['product', 'expires_on', 'id'], name='code_to_sell')],
                'constraints': [models.UniqueConstraint(fields=('operator', 'fingerprint'), name='code_imported_once'), models.CheckConstraint(condition=models.Q(models.Q(('sale__isnull', True), ('state', 'in_stock')), models.Q(('sale__isnull', False), ('state', 'sold')), ('state', 'void'), _connector='OR'), name='sold_code_has_its_sale')],
            },
        ),
        migrations.CreateModel(
            name='CodeShowing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, default='', max_length=300, verbose_name='raison')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('sale', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='showings', to='connectivity.rechargesale')),
                ('code', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='showings', to='connectivity.rechargecode')),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='RechargePrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField(verbose_name='à partir du')),
                ('public_price', models.PositiveIntegerField(help_text='centimes', verbose_name='prix public')),
                ('solidarity_price', models.PositiveIntegerField(help_text='centimes', verbose_name='prix solidaire')),
                ('set_at', models.DateTimeField()),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='prices', to='connectivity.rechargeproduct')),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-since', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('product', 'since'), name='one_price_a_day'), models.CheckConstraint(condition=models.Q(('solidarity_price__lte', models.F('public_price'))), name='dated_solidarity_price_is_not_higher')],
            },
        ),
        migrations.CreateModel(
            name='SaleCancellation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='annulée le')),
                ('reason', models.CharField(max_length=300, verbose_name='raison')),
                ('refunded', models.PositiveIntegerField(default=0, help_text='centimes', verbose_name='rendu')),
                ('cancelled_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('sale', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='cancellation', to='connectivity.rechargesale')),
            ],
            options={
                'ordering': ['-on', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='cancelled_sale_says_why')],
            },
        ),
        migrations.CreateModel(
            name='SocialEvaluation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(verbose_name='évaluation sociale')),
                ('on', models.DateField(verbose_name='faite le')),
                ('author', models.CharField(max_length=160, verbose_name='faite par')),
                ('recorded_at', models.DateTimeField()),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='social_evaluations', to='orientation.enrolment')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-on', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('author', ''), _negated=True)), name='social_evaluation_has_words_and_an_author')],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='internetaid',
            name='aid_transitions',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='internetaid',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='internetaid',
            name='update_update',
        ),
        migrations.RemoveConstraint(
            model_name='internetaid',
            name='one_aid_per_enrolment',
        ),
        migrations.RemoveConstraint(
            model_name='internetaid',
            name='paid_aid_has_a_date',
        ),
        migrations.AddField(
            model_name='internetaid',
            name='ending_told_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='internetaid',
            name='ends_on',
            field=models.DateField(blank=True, null=True, verbose_name="couvre jusqu'au"),
        ),
        migrations.AddField(
            model_name='internetaid',
            name='proof_document',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.document', verbose_name='justificatif'),
        ),
        migrations.AddField(
            model_name='internetaid',
            name='proved_on',
            field=models.DateField(blank=True, null=True, verbose_name='justificatif reçu le'),
        ),
        migrations.AddField(
            model_name='internetaid',
            name='provider',
            field=models.CharField(blank=True, default='', max_length=80, verbose_name="opérateur de l'abonnement"),
        ),
        migrations.AddField(
            model_name='internetaid',
            name='rank',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='rang'),
        ),
        migrations.AddField(
            model_name='internetaid',
            name='renews',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='renewals', to='connectivity.internetaid'),
        ),
        migrations.AddField(
            model_name='internetaid',
            name='subscribed_on',
            field=models.DateField(blank=True, null=True, verbose_name='abonnée depuis le'),
        ),
        migrations.AddField(
            model_name='internetaid',
            name='unproved_reason',
            field=models.CharField(blank=True, default='', max_length=300, verbose_name='versée sans justificatif parce que'),
        ),
        migrations.AddField(
            model_name='internetaidevent',
            name='ending_told_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='internetaidevent',
            name='ends_on',
            field=models.DateField(blank=True, null=True, verbose_name="couvre jusqu'au"),
        ),
        migrations.AddField(
            model_name='internetaidevent',
            name='proof_document',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='documents.document', verbose_name='justificatif'),
        ),
        migrations.AddField(
            model_name='internetaidevent',
            name='proved_on',
            field=models.DateField(blank=True, null=True, verbose_name='justificatif reçu le'),
        ),
        migrations.AddField(
            model_name='internetaidevent',
            name='provider',
            field=models.CharField(blank=True, default='', max_length=80, verbose_name="opérateur de l'abonnement"),
        ),
        migrations.AddField(
            model_name='internetaidevent',
            name='rank',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='rang'),
        ),
        migrations.AddField(
            model_name='internetaidevent',
            name='renews',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='connectivity.internetaid'),
        ),
        migrations.AddField(
            model_name='internetaidevent',
            name='subscribed_on',
            field=models.DateField(blank=True, null=True, verbose_name='abonnée depuis le'),
        ),
        migrations.AddField(
            model_name='internetaidevent',
            name='unproved_reason',
            field=models.CharField(blank=True, default='', max_length=300, verbose_name='versée sans justificatif parce que'),
        ),
        migrations.AddField(
            model_name='rechargeproduct',
            name='minimum',
            field=models.PositiveIntegerField(default=0, verbose_name='stock minimum'),
        ),
        migrations.AddField(
            model_name='rechargeproduct',
            name='monthly_limit',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='par personne et par mois'),
        ),
        migrations.AddField(
            model_name='rechargeproduct',
            name='stocked',
            field=models.CharField(choices=[('nothing', 'rien : la recharge se fait ailleurs'), ('codes', 'un code secret, montré à la vente'), ('cards', 'une carte SIM, connue par son numéro')], default='nothing', max_length=8, verbose_name='ce qui est remis'),
        ),
        migrations.AlterField(
            model_name='internetaid',
            name='state',
            field=models.CharField(choices=[('requested', 'demandée'), ('granted', 'accordée'), ('refused', 'refusée'), ('paid', 'versée'), ('ended', 'terminée')], default='requested', max_length=10, verbose_name='état'),
        ),
        migrations.AlterField(
            model_name='internetaidevent',
            name='state',
            field=models.CharField(choices=[('requested', 'demandée'), ('granted', 'accordée'), ('refused', 'refusée'), ('paid', 'versée'), ('ended', 'terminée')], default='requested', max_length=10, verbose_name='état'),
        ),
        migrations.AddIndex(
            model_name='internetaid',
            index=models.Index(condition=models.Q(('state', 'paid')), fields=['operator', 'ends_on', 'id'], name='aid_ending'),
        ),
        # Aids paid before say until when they cover, and those paid without a proof that there was none.
        migrations.RunSQL(
            """
            UPDATE connectivity_internetaid
               SET unproved_reason = CASE WHEN proof = '' THEN 'versée avant que le justificatif soit demandé' ELSE '' END,
                   ends_on = (paid_on + months * interval '1 month')::date - 1
             WHERE state = 'paid';
            """,
            migrations.RunSQL.noop,
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='internetaid',
            trigger=pgtrigger.compiler.Trigger(name='aid_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{granted:paid,paid:ended,requested:granted,requested:refused}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='ae423955e4c2a8f075cbac8061f799dd6eec6576', operation='UPDATE', pgid='pgtrigger_aid_transitions_e2b78', table='connectivity_internetaid', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='internetaid',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "connectivity_internetaidevent" ("account_id", "amount", "decided_by_id", "decided_on", "ending_told_on", "ends_on", "enrolment_id", "id", "months", "operator_id", "paid_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proof", "proof_document_id", "proved_on", "provider", "rank", "refusal_reason", "renews_id", "requested_by_id", "requested_on", "state", "subscribed_on", "unproved_reason", "updated_at") VALUES (NEW."account_id", NEW."amount", NEW."decided_by_id", NEW."decided_on", NEW."ending_told_on", NEW."ends_on", NEW."enrolment_id", NEW."id", NEW."months", NEW."operator_id", NEW."paid_on", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."proof", NEW."proof_document_id", NEW."proved_on", NEW."provider", NEW."rank", NEW."refusal_reason", NEW."renews_id", NEW."requested_by_id", NEW."requested_on", NEW."state", NEW."subscribed_on", NEW."unproved_reason", NEW."updated_at"); RETURN NULL;', hash='17a1c3181cbb31986ba856c0d2d9a68c1a3c8f64', operation='INSERT', pgid='pgtrigger_insert_insert_d52dd', table='connectivity_internetaid', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='internetaid',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "connectivity_internetaidevent" ("account_id", "amount", "decided_by_id", "decided_on", "ending_told_on", "ends_on", "enrolment_id", "id", "months", "operator_id", "paid_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proof", "proof_document_id", "proved_on", "provider", "rank", "refusal_reason", "renews_id", "requested_by_id", "requested_on", "state", "subscribed_on", "unproved_reason", "updated_at") VALUES (NEW."account_id", NEW."amount", NEW."decided_by_id", NEW."decided_on", NEW."ending_told_on", NEW."ends_on", NEW."enrolment_id", NEW."id", NEW."months", NEW."operator_id", NEW."paid_on", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."proof", NEW."proof_document_id", NEW."proved_on", NEW."provider", NEW."rank", NEW."refusal_reason", NEW."renews_id", NEW."requested_by_id", NEW."requested_on", NEW."state", NEW."subscribed_on", NEW."unproved_reason", NEW."updated_at"); RETURN NULL;', hash='d95100cf5fb8ce1272c5fcd3d600a711e58b0741', operation='UPDATE', pgid='pgtrigger_update_update_357dc', table='connectivity_internetaid', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='internetaid',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'refused'), _negated=True), fields=('enrolment', 'rank'), name='one_aid_per_enrolment', violation_error_message='Cette personne a déjà une aide internet dans cette édition.'),
        ),
        migrations.AddConstraint(
            model_name='internetaid',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('rank', 1), ('renews__isnull', True)), models.Q(('rank__gt', 1), ('renews__isnull', False)), _connector='OR'), name='renewed_aid_follows_another'),
        ),
        migrations.AddConstraint(
            model_name='internetaid',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['paid', 'ended']), _negated=True), ('paid_on__isnull', False), _connector='OR'), name='paid_aid_has_a_date'),
        ),
        migrations.AddConstraint(
            model_name='internetaid',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['paid', 'ended']), _negated=True), models.Q(('proof', ''), _negated=True), models.Q(('unproved_reason', ''), _negated=True), _connector='OR'), name='paid_aid_is_proved_or_says_why'),
        ),
        migrations.AddConstraint(
            model_name='internetaid',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ended'), _negated=True), ('ends_on__isnull', False), _connector='OR'), name='ended_aid_has_an_end'),
        ),
        migrations.AddConstraint(
            model_name='rechargeproduct',
            constraint=models.CheckConstraint(condition=models.Q(('monthly_limit__isnull', True), ('monthly_limit__gt', 0), _connector='OR'), name='monthly_limit_lets_one_through'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='codebatch',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='21a7da94974901e63ae9052f7596ad3a58bc9493', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_08cd7', table='connectivity_codebatch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rechargecode',
            trigger=pgtrigger.compiler.Trigger(name='code_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{in_stock:sold,in_stock:void,sold:in_stock,sold:void}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='ffe7763c2762572c55d7a8d0e875d552da128a1a', operation='UPDATE', pgid='pgtrigger_code_transitions_df08c', table='connectivity_rechargecode', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='codeshowing',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='79a45a015668e62b0f769deb7455949b0e7b9422', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5a131', table='connectivity_codeshowing', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rechargeprice',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='103e375c78fc4cd0f9f4336e83e4d5a25f6cf2dd', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5ef04', table='connectivity_rechargeprice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='salecancellation',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b671ac09e0e4f1a3fb10909b6cbe818cc502be06', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a7912', table='connectivity_salecancellation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='socialevaluation',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='dd7b37502790e056a5b3053000be8ada19c8a98c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_433d7', table='connectivity_socialevaluation', when='BEFORE')),
        ),
    ]
