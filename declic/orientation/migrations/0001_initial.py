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
        ('people', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('programmes', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Enrolment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='entrée le')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='sortie le')),
                ('eligibility', models.JSONField(default=list, verbose_name="règles vérifiées à l'entrée")),
                ('exception_reason', models.CharField(blank=True, default='', max_length=300, verbose_name="raison de l'exception")),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('adviser', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to=settings.AUTH_USER_MODEL)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='programmes.edition')),
                ('entry_snapshot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.snapshot')),
                ('exit_snapshot', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.snapshot')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='people.person')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='organisations.site')),
                ('terms', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='programmes.termsversion')),
            ],
            options={
                'ordering': ['-starts_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Referral',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('referent_name', models.CharField(blank=True, default='', max_length=120, verbose_name='professionnel qui oriente')),
                ('referent_email', models.EmailField(blank=True, default='', max_length=254, verbose_name='son courriel')),
                ('channel', models.CharField(choices=[('account', 'par le prescripteur, en ligne'), ('paper', 'sur papier'), ('phone', 'par téléphone'), ('self', "la personne est venue d'elle-même")], max_length=10, verbose_name='reçue')),
                ('needs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('numerique--maitriser-les-fondamentaux-du-numerique', 'apprendre les bases du numérique'), ('numerique--acceder-a-des-services-en-ligne', 'faire ses démarches en ligne'), ('numerique--acquerir-un-equipement', 'avoir un ordinateur'), ('numerique--acceder-a-une-connexion-internet', 'avoir internet')], max_length=60), default=list, verbose_name='besoins')),
                ('motive', models.TextField(blank=True, default='', verbose_name='ce qui amène la personne')),
                ('social_evaluation', models.TextField(blank=True, default='', verbose_name='évaluation sociale')),
                ('state', models.CharField(choices=[('draft', 'brouillon'), ('sent', 'à traiter'), ('waiting', "en liste d'attente"), ('accepted', 'acceptée'), ('refused', 'refusée'), ('withdrawn', 'retirée'), ('expired', 'expirée')], default='draft', max_length=10, verbose_name='état')),
                ('sent_on', models.DateField(blank=True, null=True, verbose_name='envoyée le')),
                ('answered_on', models.DateField(blank=True, null=True, verbose_name='répondue le')),
                ('refusal_reason', models.CharField(blank=True, choices=[('non_joignable', "la personne n'a pas pu être jointe"), ('absent', "la personne n'est pas venue"), ('en_emploi', 'la personne a retrouvé un emploi'), ('en_formation', 'la personne est en formation'), ('non_eligible', 'la personne ne remplit pas les conditions'), ('non_mobile', 'la personne ne peut pas se déplacer'), ('non_interesse', "la personne n'est pas intéressée"), ('freins_peripheriques', "d'autres difficultés passent d'abord"), ('session_complete', "il n'y a plus de place"), ('doublon', 'la personne est déjà dans le dispositif'), ('autre', 'autre raison')], default='', max_length=24, verbose_name='raison du refus')),
                ('answer', models.TextField(blank=True, default='', verbose_name='réponse au prescripteur')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='referrals', to='programmes.edition')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='referrals', to='people.person')),
                ('prescriber', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='referrals', to='organisations.organisation')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('referent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='referrals', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-sent_on', '-pk'],
                'indexes': [models.Index(fields=['operator', 'state', 'sent_on', 'id'], name='referral_queue'), models.Index(fields=['prescriber', '-sent_on', '-id'], name='referral_by_prescriber')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('sent', 'waiting'))), fields=('person', 'edition'), name='one_open_referral_per_person_and_edition', violation_error_message='Cette personne a déjà une orientation en cours vers cette édition.'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('refusal_reason', ''), _negated=True), _connector='OR'), name='refusal_has_a_reason', violation_error_message='Un refus donne toujours sa raison.'), models.CheckConstraint(condition=models.Q(('state', 'draft'), ('state', 'withdrawn'), ('sent_on__isnull', False), _connector='OR'), name='sent_referral_has_a_date'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('accepted', 'refused', 'waiting')), _negated=True), models.Q(('answered_by__isnull', False), ('answered_on__isnull', False)), _connector='OR'), name='answered_referral_has_date_and_author'), models.CheckConstraint(condition=models.Q(('answered_on__isnull', True), ('answered_on__gte', models.F('sent_on')), _connector='OR'), name='answer_comes_after_sending', violation_error_message="La réponse ne peut pas précéder l'envoi.")],
            },
        ),
        migrations.CreateModel(
            name='EnrolmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('starts_on', models.DateField(verbose_name='entrée le')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='sortie le')),
                ('eligibility', models.JSONField(default=list, verbose_name="règles vérifiées à l'entrée")),
                ('exception_reason', models.CharField(blank=True, default='', max_length=300, verbose_name="raison de l'exception")),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('adviser', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('edition', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.edition')),
                ('entry_snapshot', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.snapshot')),
                ('exit_snapshot', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.snapshot')),
                ('operator', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='orientation.enrolment')),
                ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.site')),
                ('terms', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.termsversion')),
                ('referral', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='orientation.referral')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='enrolment',
            name='referral',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='enrolment', to='orientation.referral'),
        ),
        migrations.CreateModel(
            name='ReferralEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('referent_name', models.CharField(blank=True, default='', max_length=120, verbose_name='professionnel qui oriente')),
                ('referent_email', models.EmailField(blank=True, default='', max_length=254, verbose_name='son courriel')),
                ('channel', models.CharField(choices=[('account', 'par le prescripteur, en ligne'), ('paper', 'sur papier'), ('phone', 'par téléphone'), ('self', "la personne est venue d'elle-même")], max_length=10, verbose_name='reçue')),
                ('needs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('numerique--maitriser-les-fondamentaux-du-numerique', 'apprendre les bases du numérique'), ('numerique--acceder-a-des-services-en-ligne', 'faire ses démarches en ligne'), ('numerique--acquerir-un-equipement', 'avoir un ordinateur'), ('numerique--acceder-a-une-connexion-internet', 'avoir internet')], max_length=60), default=list, verbose_name='besoins')),
                ('motive', models.TextField(blank=True, default='', verbose_name='ce qui amène la personne')),
                ('social_evaluation', models.TextField(blank=True, default='', verbose_name='évaluation sociale')),
                ('state', models.CharField(choices=[('draft', 'brouillon'), ('sent', 'à traiter'), ('waiting', "en liste d'attente"), ('accepted', 'acceptée'), ('refused', 'refusée'), ('withdrawn', 'retirée'), ('expired', 'expirée')], default='draft', max_length=10, verbose_name='état')),
                ('sent_on', models.DateField(blank=True, null=True, verbose_name='envoyée le')),
                ('answered_on', models.DateField(blank=True, null=True, verbose_name='répondue le')),
                ('refusal_reason', models.CharField(blank=True, choices=[('non_joignable', "la personne n'a pas pu être jointe"), ('absent', "la personne n'est pas venue"), ('en_emploi', 'la personne a retrouvé un emploi'), ('en_formation', 'la personne est en formation'), ('non_eligible', 'la personne ne remplit pas les conditions'), ('non_mobile', 'la personne ne peut pas se déplacer'), ('non_interesse', "la personne n'est pas intéressée"), ('freins_peripheriques', "d'autres difficultés passent d'abord"), ('session_complete', "il n'y a plus de place"), ('doublon', 'la personne est déjà dans le dispositif'), ('autre', 'autre raison')], default='', max_length=24, verbose_name='raison du refus')),
                ('answer', models.TextField(blank=True, default='', verbose_name='réponse au prescripteur')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('answered_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('edition', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.edition')),
                ('operator', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='orientation.referral')),
                ('prescriber', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation')),
                ('recorded_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('referent', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referral',
            trigger=pgtrigger.compiler.Trigger(name='referral_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{draft:sent,draft:withdrawn,sent:accepted,sent:expired,sent:refused,sent:waiting,sent:withdrawn,waiting:accepted,waiting:expired,waiting:refused,waiting:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='bd6fbb57656c9dad3cb45d75c7294a4d44d59ba1', operation='UPDATE', pgid='pgtrigger_referral_transitions_8096c', table='orientation_referral', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referral',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='ae7a1005bf67d8aaacd022a2cd400c0bd73358c2', operation='DELETE', pgid='pgtrigger_never_deleted_bbae9', table='orientation_referral', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referral',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "orientation_referralevent" ("answer", "answered_by_id", "answered_on", "channel", "created_at", "edition_id", "id", "motive", "needs", "operator_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prescriber_id", "recorded_by_id", "referent_email", "referent_id", "referent_name", "refusal_reason", "sent_on", "social_evaluation", "state", "updated_at") VALUES (NEW."answer", NEW."answered_by_id", NEW."answered_on", NEW."channel", NEW."created_at", NEW."edition_id", NEW."id", NEW."motive", NEW."needs", NEW."operator_id", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."prescriber_id", NEW."recorded_by_id", NEW."referent_email", NEW."referent_id", NEW."referent_name", NEW."refusal_reason", NEW."sent_on", NEW."social_evaluation", NEW."state", NEW."updated_at"); RETURN NULL;', hash='fca09452f0a61336408cae8d66280ec76348cfe7', operation='INSERT', pgid='pgtrigger_insert_insert_9636a', table='orientation_referral', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='referral',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "orientation_referralevent" ("answer", "answered_by_id", "answered_on", "channel", "created_at", "edition_id", "id", "motive", "needs", "operator_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prescriber_id", "recorded_by_id", "referent_email", "referent_id", "referent_name", "refusal_reason", "sent_on", "social_evaluation", "state", "updated_at") VALUES (NEW."answer", NEW."answered_by_id", NEW."answered_on", NEW."channel", NEW."created_at", NEW."edition_id", NEW."id", NEW."motive", NEW."needs", NEW."operator_id", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."prescriber_id", NEW."recorded_by_id", NEW."referent_email", NEW."referent_id", NEW."referent_name", NEW."refusal_reason", NEW."sent_on", NEW."social_evaluation", NEW."state", NEW."updated_at"); RETURN NULL;', hash='0e8cadb5e3765de6d93d90da66c1643b5665dd1c', operation='UPDATE', pgid='pgtrigger_update_update_b2156', table='orientation_referral', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='enrolment',
            index=models.Index(fields=['operator', '-starts_on', '-id'], name='enrolment_by_date'),
        ),
        migrations.AddIndex(
            model_name='enrolment',
            index=models.Index(fields=['edition', 'starts_on'], name='enrolment_by_edition'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_on__isnull', True)), fields=('person', 'edition'), name='one_open_enrolment_per_person_and_edition', violation_error_message='Cette personne est déjà dans cette édition.'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('ended_on__gte', models.F('starts_on')), _connector='OR'), name='enrolment_dates_in_order', violation_error_message="La sortie ne peut pas précéder l'entrée."),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='enrolment',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='5155993ea3729e1d5d10a17fc3b5a499ca37dcf6', operation='DELETE', pgid='pgtrigger_never_deleted_1b487', table='orientation_enrolment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='enrolment',
            trigger=pgtrigger.compiler.Trigger(name='enrolment_keeps_its_terms', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."edition_id" IS DISTINCT FROM (NEW."edition_id") OR OLD."terms_id" IS DISTINCT FROM (NEW."terms_id") OR OLD."entry_snapshot_id" IS DISTINCT FROM (NEW."entry_snapshot_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='3f3dee4af6a8e98a9a0da13e684f64bd41a5d91e', operation='UPDATE', pgid='pgtrigger_enrolment_keeps_its_terms_de39e', table='orientation_enrolment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='enrolment',
            trigger=pgtrigger.compiler.Trigger(name='first_enrolment_freezes_terms', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n                    UPDATE programmes_termsversion SET frozen_at = now() WHERE id = NEW.terms_id AND frozen_at IS NULL;\n                    RETURN NULL;\n                ', hash='c8601b2d0b29d1208cc444ed8acb8e562a996163', operation='INSERT', pgid='pgtrigger_first_enrolment_freezes_terms_affc6', table='orientation_enrolment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='enrolment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "orientation_enrolmentevent" ("adviser_id", "created_at", "edition_id", "eligibility", "ended_on", "entry_snapshot_id", "exception_reason", "exit_snapshot_id", "id", "operator_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "referral_id", "site_id", "starts_on", "terms_id", "updated_at") VALUES (NEW."adviser_id", NEW."created_at", NEW."edition_id", NEW."eligibility", NEW."ended_on", NEW."entry_snapshot_id", NEW."exception_reason", NEW."exit_snapshot_id", NEW."id", NEW."operator_id", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."referral_id", NEW."site_id", NEW."starts_on", NEW."terms_id", NEW."updated_at"); RETURN NULL;', hash='822c234a98d3c80a2eae2de1720c8fd7b0727114', operation='INSERT', pgid='pgtrigger_insert_insert_6b06e', table='orientation_enrolment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='enrolment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "orientation_enrolmentevent" ("adviser_id", "created_at", "edition_id", "eligibility", "ended_on", "entry_snapshot_id", "exception_reason", "exit_snapshot_id", "id", "operator_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "referral_id", "site_id", "starts_on", "terms_id", "updated_at") VALUES (NEW."adviser_id", NEW."created_at", NEW."edition_id", NEW."eligibility", NEW."ended_on", NEW."entry_snapshot_id", NEW."exception_reason", NEW."exit_snapshot_id", NEW."id", NEW."operator_id", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."referral_id", NEW."site_id", NEW."starts_on", NEW."terms_id", NEW."updated_at"); RETURN NULL;', hash='a662eeaa6f02b27994eb477e29e1d6fe8b34b282', operation='UPDATE', pgid='pgtrigger_update_update_16801', table='orientation_enrolment', when='AFTER')),
        ),
    ]
