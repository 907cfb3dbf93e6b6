import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import declic.equipment.models


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
            name='Allocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('draft', 'à préparer'), ('reserved', 'réservé'), ('active', 'en cours'), ('return_declared', 'retour annoncé'), ('inspected', 'revenu et vérifié'), ('kept', 'gardé par la personne'), ('purchased', 'acheté'), ('given', 'donné'), ('lost', 'perdu'), ('settled', 'soldé'), ('cancelled', 'annulé')], default='draft', max_length=16, verbose_name='état')),
                ('mode', models.CharField(choices=[('loan', 'prêt'), ('gift', 'don'), ('sale', 'vente'), ('loan_then_option', "prêt avec option d'achat")], max_length=20, verbose_name='mode')),
                ('device_kind', models.CharField(choices=[('laptop', 'ordinateur portable'), ('desktop', 'ordinateur fixe'), ('tablet', 'tablette'), ('smartphone', 'téléphone')], max_length=12, verbose_name='type de matériel')),
                ('deposit', models.PositiveIntegerField(default=0, help_text='centimes', verbose_name='caution')),
                ('price', models.PositiveIntegerField(default=0, help_text='centimes', verbose_name='prix')),
                ('option_price', models.PositiveIntegerField(blank=True, help_text='centimes', null=True, verbose_name='prix au terme')),
                ('options_at_term', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, default=list)),
                ('planned_on', models.DateField(blank=True, null=True, verbose_name='remise prévue le')),
                ('handed_over_on', models.DateField(blank=True, null=True, verbose_name='remis le')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='fin du prêt')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='terminé le')),
                ('condition_out', models.CharField(blank=True, choices=[('very_good', 'très bon état'), ('good', 'bon état'), ('worn', "état d'usage"), ('damaged', 'abîmé')], default='', max_length=12, verbose_name='aspect à la remise')),
                ('condition_in', models.CharField(blank=True, choices=[('very_good', 'très bon état'), ('good', 'bon état'), ('worn', "état d'usage"), ('damaged', 'abîmé')], default='', max_length=12, verbose_name='aspect au retour')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('account', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='allocation', to='ledger.auxiliary')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='programmes.edition')),
                ('enrolment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='orientation.enrolment')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='people.person')),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('sha256', models.CharField(max_length=64)),
                ('signed_on', models.DateField(verbose_name='signée le')),
                ('signed_by', models.CharField(max_length=160, verbose_name='signée par')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('witnessed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('allocation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='agreement', to='equipment.allocation')),
            ],
            options={
                'ordering': ['-signed_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Ceremony',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=160, verbose_name='nom')),
                ('on', models.DateField(verbose_name='date')),
                ('place', models.CharField(blank=True, default='', max_length=160, verbose_name='lieu')),
                ('state', models.CharField(choices=[('prepared', 'en préparation'), ('held', 'tenue'), ('cancelled', 'annulée')], default='prepared', max_length=10)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ceremonies', to='programmes.edition')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['-on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='CeremonyPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('allocation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='ceremony_place', to='equipment.allocation')),
                ('ceremony', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='equipment.ceremony')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['ceremony', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tag', models.CharField(max_length=20, verbose_name='étiquette')),
                ('kind', models.CharField(choices=[('laptop', 'ordinateur portable'), ('desktop', 'ordinateur fixe'), ('tablet', 'tablette'), ('smartphone', 'téléphone')], max_length=12, verbose_name='type')),
                ('brand', models.CharField(blank=True, default='', max_length=80, verbose_name='marque')),
                ('model', models.CharField(blank=True, default='', max_length=120, verbose_name='modèle')),
                ('state', models.CharField(choices=[('received', 'reçu'), ('triaged', 'trié'), ('wiping', 'effacement en cours'), ('wiped', 'effacé'), ('tested', 'testé'), ('installed', 'installé'), ('ready', 'prêt'), ('reserved', 'réservé'), ('on_loan', 'prêté'), ('returned', 'revenu'), ('transferred', 'remis définitivement'), ('quarantined', 'bloqué'), ('repair', 'en réparation'), ('transit', 'en transport'), ('lost', 'perdu'), ('parts', 'gardé pour pièces'), ('scrapped', 'mis au rebut')], default='received', max_length=12, verbose_name='état')),
                ('condition', models.CharField(blank=True, choices=[('very_good', 'très bon état'), ('good', 'bon état'), ('worn', "état d'usage"), ('damaged', 'abîmé')], default='', max_length=12, verbose_name='aspect')),
                ('drives', models.PositiveSmallIntegerField(default=1, verbose_name='disques')),
                ('cycle', models.PositiveSmallIntegerField(default=1)),
                ('system', models.CharField(blank=True, default='', max_length=80, verbose_name='système installé')),
                ('note', models.CharField(blank=True, default='', max_length=300, verbose_name='note')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('refurbisher', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refurbished', to='organisations.organisation')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='devices', to='organisations.site')),
            ],
            options={
                'ordering': ['tag', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('reservation', 'réservation'), ('loan', 'prêt'), ('repair', 'réparation'), ('transit', 'transport'), ('transfer', 'remise définitive')], max_length=12, verbose_name='nature')),
                ('taken_at', models.DateTimeField(verbose_name='depuis')),
                ('released_at', models.DateTimeField(blank=True, null=True, verbose_name="jusqu'à")),
                ('allocation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='equipment.allocation')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='equipment.device')),
            ],
            options={
                'ordering': ['-taken_at', '-pk'],
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('device', '='), (declic.equipment.models._Stretch('taken_at', 'released_at'), '&&')], name='one_holder_at_any_instant', violation_error_message='Cette machine est déjà prise : choisissez-en une autre.'), models.CheckConstraint(condition=models.Q(('released_at__isnull', True), ('released_at__gt', models.F('taken_at')), _connector='OR'), name='claim_times_in_order'), models.UniqueConstraint(condition=models.Q(('released_at__isnull', True)), fields=('allocation',), name='one_open_claim_per_allocation')],
            },
        ),
        migrations.CreateModel(
            name='AllocationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('state', models.CharField(choices=[('draft', 'à préparer'), ('reserved', 'réservé'), ('active', 'en cours'), ('return_declared', 'retour annoncé'), ('inspected', 'revenu et vérifié'), ('kept', 'gardé par la personne'), ('purchased', 'acheté'), ('given', 'donné'), ('lost', 'perdu'), ('settled', 'soldé'), ('cancelled', 'annulé')], default='draft', max_length=16, verbose_name='état')),
                ('mode', models.CharField(choices=[('loan', 'prêt'), ('gift', 'don'), ('sale', 'vente'), ('loan_then_option', "prêt avec option d'achat")], max_length=20, verbose_name='mode')),
                ('device_kind', models.CharField(choices=[('laptop', 'ordinateur portable'), ('desktop', 'ordinateur fixe'), ('tablet', 'tablette'), ('smartphone', 'téléphone')], max_length=12, verbose_name='type de matériel')),
                ('deposit', models.PositiveIntegerField(default=0, help_text='centimes', verbose_name='caution')),
                ('price', models.PositiveIntegerField(default=0, help_text='centimes', verbose_name='prix')),
                ('option_price', models.PositiveIntegerField(blank=True, help_text='centimes', null=True, verbose_name='prix au terme')),
                ('options_at_term', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, default=list)),
                ('planned_on', models.DateField(blank=True, null=True, verbose_name='remise prévue le')),
                ('handed_over_on', models.DateField(blank=True, null=True, verbose_name='remis le')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='fin du prêt')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='terminé le')),
                ('condition_out', models.CharField(blank=True, choices=[('very_good', 'très bon état'), ('good', 'bon état'), ('worn', "état d'usage"), ('damaged', 'abîmé')], default='', max_length=12, verbose_name='aspect à la remise')),
                ('condition_in', models.CharField(blank=True, choices=[('very_good', 'très bon état'), ('good', 'bon état'), ('worn', "état d'usage"), ('damaged', 'abîmé')], default='', max_length=12, verbose_name='aspect au retour')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('account', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ledger.auxiliary')),
                ('edition', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programmes.edition')),
                ('enrolment', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='orientation.enrolment')),
                ('operator', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.person')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='equipment.allocation')),
                ('device', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='equipment.device')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='allocation',
            name='device',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='equipment.device'),
        ),
        migrations.CreateModel(
            name='DeviceIdentifier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('serial', 'numéro de série'), ('imei', 'IMEI'), ('mac', 'adresse MAC'), ('uuid', 'UUID')], max_length=8, verbose_name='nature')),
                ('value', models.CharField(max_length=80, verbose_name='valeur')),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='identifiers', to='equipment.device')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['device', 'kind', 'pk'],
                'indexes': [models.Index(fields=['operator', 'value'], name='identifier_by_value')],
                'constraints': [models.UniqueConstraint(fields=('device', 'kind', 'value'), name='identifier_once_per_device')],
            },
        ),
        migrations.CreateModel(
            name='DeviceTest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.PositiveSmallIntegerField()),
                ('on', models.DateField(verbose_name='date')),
                ('checks', models.JSONField(default=dict)),
                ('passed', models.BooleanField(verbose_name='tout fonctionne')),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tests', to='equipment.device')),
                ('done_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['device', '-on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.PositiveSmallIntegerField()),
                ('drive_serial', models.CharField(max_length=80, verbose_name='numéro du disque')),
                ('method', models.CharField(max_length=120, verbose_name='méthode')),
                ('verification', models.CharField(max_length=120, verbose_name='vérification')),
                ('errors', models.PositiveIntegerField(default=0, verbose_name='erreurs')),
                ('on', models.DateField(verbose_name='date')),
                ('certified', models.BooleanField(default=False, verbose_name='certifié')),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='equipment.device')),
                ('done_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['device', '-on', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('certified', True)), fields=('device', 'cycle', 'drive_serial'), name='drive_certified_once_per_cycle', violation_error_message="L'effacement de ce disque est déjà certifié."), models.CheckConstraint(condition=models.Q(('certified', False), models.Q(('errors', 0), models.Q(('method', ''), _negated=True), models.Q(('verification', ''), _negated=True)), _connector='OR'), name='certified_erasure_has_evidence', violation_error_message="Un effacement certifié n'a aucune erreur et dit comment il a été vérifié.")],
            },
        ),
        migrations.CreateModel(
            name='LoanEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('renewed', 'prolongation'), ('swapped', 'échange'), ('return_declared', 'retour annoncé'), ('damage', 'dommage constaté')], max_length=16)),
                ('on', models.DateField()),
                ('note', models.CharField(blank=True, default='', max_length=300)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('allocation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='happenings', to='equipment.allocation')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Lot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=160, verbose_name='libellé')),
                ('received_on', models.DateField(verbose_name='reçu le')),
                ('count', models.PositiveIntegerField(verbose_name='nombre annoncé')),
                ('transfer_reference', models.CharField(blank=True, default='', max_length=120, verbose_name='document de cession')),
                ('donor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='lots', to='organisations.organisation')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['-received_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='DeviceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('tag', models.CharField(max_length=20, verbose_name='étiquette')),
                ('kind', models.CharField(choices=[('laptop', 'ordinateur portable'), ('desktop', 'ordinateur fixe'), ('tablet', 'tablette'), ('smartphone', 'téléphone')], max_length=12, verbose_name='type')),
                ('brand', models.CharField(blank=True, default='', max_length=80, verbose_name='marque')),
                ('model', models.CharField(blank=True, default='', max_length=120, verbose_name='modèle')),
                ('state', models.CharField(choices=[('received', 'reçu'), ('triaged', 'trié'), ('wiping', 'effacement en cours'), ('wiped', 'effacé'), ('tested', 'testé'), ('installed', 'installé'), ('ready', 'prêt'), ('reserved', 'réservé'), ('on_loan', 'prêté'), ('returned', 'revenu'), ('transferred', 'remis définitivement'), ('quarantined', 'bloqué'), ('repair', 'en réparation'), ('transit', 'en transport'), ('lost', 'perdu'), ('parts', 'gardé pour pièces'), ('scrapped', 'mis au rebut')], default='received', max_length=12, verbose_name='état')),
                ('condition', models.CharField(blank=True, choices=[('very_good', 'très bon état'), ('good', 'bon état'), ('worn', "état d'usage"), ('damaged', 'abîmé')], default='', max_length=12, verbose_name='aspect')),
                ('drives', models.PositiveSmallIntegerField(default=1, verbose_name='disques')),
                ('cycle', models.PositiveSmallIntegerField(default=1)),
                ('system', models.CharField(blank=True, default='', max_length=80, verbose_name='système installé')),
                ('note', models.CharField(blank=True, default='', max_length=300, verbose_name='note')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('operator', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='equipment.device')),
                ('refurbisher', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation')),
                ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.site')),
                ('lot', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='equipment.lot')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='device',
            name='lot',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='devices', to='equipment.lot'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agreement',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='43695533f80ba1540c9b6d7ed5f24adf91e69781', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4e6b0', table='equipment_agreement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ceremony',
            trigger=pgtrigger.compiler.Trigger(name='ceremony_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{prepared:cancelled,prepared:held}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='cb7a026c626a20b2b45088a5a7e4e99f090b9aea', operation='UPDATE', pgid='pgtrigger_ceremony_transitions_20e97', table='equipment_ceremony', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claim',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='8ef38dd411a70ebeaef457c2fdd2bdf3a2a293f3', operation='DELETE', pgid='pgtrigger_never_deleted_c7bbc', table='equipment_claim', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='allocation',
            index=models.Index(fields=['operator', 'state', 'due_on', 'id'], name='allocation_by_state'),
        ),
        migrations.AddIndex(
            model_name='allocation',
            index=models.Index(fields=['edition', 'handed_over_on'], name='allocation_by_edition'),
        ),
        migrations.AddIndex(
            model_name='allocation',
            index=models.Index(fields=['person'], name='allocation_by_person'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'reserved', 'cancelled']), models.Q(('device__isnull', False), ('handed_over_on__isnull', False)), _connector='OR'), name='handed_over_names_machine_and_day'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('ended_on__gte', models.F('handed_over_on')), _connector='OR'), name='allocation_dates_in_order', violation_error_message='La fin ne peut pas précéder la remise.'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['loan', 'loan_then_option']), models.Q(('deposit', 0), ('due_on__isnull', True)), _connector='OR'), name='only_a_loan_has_deposit_and_term'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.UniqueConstraint(condition=models.Q(('enrolment__isnull', False), ('state__in', ['draft', 'reserved', 'active', 'return_declared'])), fields=('enrolment', 'device_kind', 'mode'), name='one_open_allocation_per_enrolment_and_kind', violation_error_message='Cette personne a déjà une attribution en cours dans cette édition.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(name='allocation_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{active:inspected,active:kept,active:lost,active:purchased,active:return_declared,draft:cancelled,draft:reserved,given:settled,inspected:settled,kept:settled,lost:settled,purchased:settled,reserved:active,reserved:cancelled,reserved:given,reserved:purchased,return_declared:active,return_declared:inspected,return_declared:lost}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='487861a75adef875035e046f8adb5e12dd78c1d6', operation='UPDATE', pgid='pgtrigger_allocation_transitions_05856', table='equipment_allocation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='27cab4e6222ea0f671bacc4ba604f458df964d20', operation='DELETE', pgid='pgtrigger_never_deleted_9c768', table='equipment_allocation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(name='handed_over_terms_stay', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."handed_over_on" IS NOT NULL AND (OLD."mode" IS DISTINCT FROM (NEW."mode") OR OLD."deposit" IS DISTINCT FROM (NEW."deposit") OR OLD."price" IS DISTINCT FROM (NEW."price") OR OLD."option_price" IS DISTINCT FROM (NEW."option_price") OR OLD."options_at_term" IS DISTINCT FROM (NEW."options_at_term") OR OLD."handed_over_on" IS DISTINCT FROM (NEW."handed_over_on") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id")))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='994e3a786d74f05cf46528280868e3fa9bcf59ac', operation='UPDATE', pgid='pgtrigger_handed_over_terms_stay_4ee6a', table='equipment_allocation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(name='settled_has_no_open_balance', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n                    IF NEW.state = 'settled' AND NEW.account_id IS NOT NULL AND EXISTS (\n                        SELECT 1 FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id\n                        WHERE l.auxiliary_id = NEW.account_id AND a.role IN ('deposits_held', 'receivable')\n                        GROUP BY a.role HAVING sum(l.debit) <> sum(l.credit))\n                    THEN RAISE EXCEPTION 'equipment: allocation % still has an open balance', NEW.id\n                         USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NULL;\n                ", hash='ccf997a040d6cfc20cecb514b238654006ea39ae', operation='UPDATE', pgid='pgtrigger_settled_has_no_open_balance_258ef', table='equipment_allocation', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "equipment_allocationevent" ("account_id", "condition_in", "condition_out", "created_at", "deposit", "device_id", "device_kind", "due_on", "edition_id", "ended_on", "enrolment_id", "handed_over_on", "id", "mode", "operator_id", "option_price", "options_at_term", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_on", "price", "state", "updated_at") VALUES (NEW."account_id", NEW."condition_in", NEW."condition_out", NEW."created_at", NEW."deposit", NEW."device_id", NEW."device_kind", NEW."due_on", NEW."edition_id", NEW."ended_on", NEW."enrolment_id", NEW."handed_over_on", NEW."id", NEW."mode", NEW."operator_id", NEW."option_price", NEW."options_at_term", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."planned_on", NEW."price", NEW."state", NEW."updated_at"); RETURN NULL;', hash='bb7de931ac29cd14e09fae8a3304a9269b308325', operation='INSERT', pgid='pgtrigger_insert_insert_23558', table='equipment_allocation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "equipment_allocationevent" ("account_id", "condition_in", "condition_out", "created_at", "deposit", "device_id", "device_kind", "due_on", "edition_id", "ended_on", "enrolment_id", "handed_over_on", "id", "mode", "operator_id", "option_price", "options_at_term", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_on", "price", "state", "updated_at") VALUES (NEW."account_id", NEW."condition_in", NEW."condition_out", NEW."created_at", NEW."deposit", NEW."device_id", NEW."device_kind", NEW."due_on", NEW."edition_id", NEW."ended_on", NEW."enrolment_id", NEW."handed_over_on", NEW."id", NEW."mode", NEW."operator_id", NEW."option_price", NEW."options_at_term", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."planned_on", NEW."price", NEW."state", NEW."updated_at"); RETURN NULL;', hash='9c2ddf9e0d9542a2fad68173c2fdae02005671b7', operation='UPDATE', pgid='pgtrigger_update_update_a7e9f', table='equipment_allocation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='devicetest',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='363f56bfbc64894b298f102b261ae806838b523b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c7832', table='equipment_devicetest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='erasure',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6d65ec00fb6693bc9b4ba95c501f9fe4eff88760', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e1997', table='equipment_erasure', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='loanevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7574930917cbff02b706c08a82ae8b93d0966bfe', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b802f', table='equipment_loanevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='device',
            index=models.Index(fields=['operator', 'state', 'tag', 'id'], name='device_by_state'),
        ),
        migrations.AddIndex(
            model_name='device',
            index=models.Index(fields=['operator', 'kind', 'tag', 'id'], name='device_by_kind'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.UniqueConstraint(fields=('operator', 'tag'), name='device_tag_once', violation_error_message='Une machine porte déjà cette étiquette.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='device',
            trigger=pgtrigger.compiler.Trigger(name='device_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{installed:lost,installed:parts,installed:ready,installed:repair,installed:scrapped,lost:returned,on_loan:lost,on_loan:returned,on_loan:transferred,quarantined:lost,quarantined:parts,quarantined:scrapped,quarantined:triaged,ready:lost,ready:on_loan,ready:parts,ready:repair,ready:reserved,ready:scrapped,ready:transferred,ready:transit,ready:triaged,received:lost,received:parts,received:quarantined,received:scrapped,received:triaged,repair:lost,repair:parts,repair:scrapped,repair:triaged,reserved:lost,reserved:on_loan,reserved:ready,reserved:transferred,reserved:triaged,returned:lost,returned:parts,returned:repair,returned:scrapped,returned:triaged,tested:installed,tested:lost,tested:parts,tested:repair,tested:scrapped,transit:lost,transit:ready,triaged:lost,triaged:parts,triaged:quarantined,triaged:repair,triaged:scrapped,triaged:wiped,triaged:wiping,wiped:lost,wiped:parts,wiped:repair,wiped:scrapped,wiped:tested,wiping:lost,wiping:parts,wiping:repair,wiping:scrapped,wiping:triaged,wiping:wiped}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='2b52e487a4e10fe81d887ecaaf0dddd248eafcf6', operation='UPDATE', pgid='pgtrigger_device_transitions_266dd', table='equipment_device', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='device',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='6e225d8bfec837e849b2cfd3dc24dd019565566d', operation='DELETE', pgid='pgtrigger_never_deleted_a0cf8', table='equipment_device', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='device',
            trigger=pgtrigger.compiler.Trigger(name='ready_is_wiped_and_tested', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."state" = \'ready\')', func="\n                    IF (SELECT count(*) FROM equipment_erasure e\n                        WHERE e.device_id = NEW.id AND e.cycle = NEW.cycle AND e.certified) < NEW.drives\n                    THEN RAISE EXCEPTION 'equipment: device % has a drive without certified erasure', NEW.tag\n                         USING ERRCODE = 'check_violation';\n                    END IF;\n                    IF NOT EXISTS (SELECT 1 FROM equipment_devicetest t\n                                   WHERE t.device_id = NEW.id AND t.cycle = NEW.cycle AND t.passed)\n                    THEN RAISE EXCEPTION 'equipment: device % has no passed test', NEW.tag\n                         USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ", hash='cf0f1480149198fedcd66771208d389694420b7e', operation='INSERT OR UPDATE', pgid='pgtrigger_ready_is_wiped_and_tested_123b4', table='equipment_device', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='device',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "equipment_deviceevent" ("brand", "condition", "created_at", "cycle", "drives", "id", "kind", "lot_id", "model", "note", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "refurbisher_id", "site_id", "state", "system", "tag", "updated_at") VALUES (NEW."brand", NEW."condition", NEW."created_at", NEW."cycle", NEW."drives", NEW."id", NEW."kind", NEW."lot_id", NEW."model", NEW."note", NEW."operator_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."refurbisher_id", NEW."site_id", NEW."state", NEW."system", NEW."tag", NEW."updated_at"); RETURN NULL;', hash='e32cd156ad45d8c11bd47538fb59ded8db216ca5', operation='INSERT', pgid='pgtrigger_insert_insert_515d8', table='equipment_device', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='device',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "equipment_deviceevent" ("brand", "condition", "created_at", "cycle", "drives", "id", "kind", "lot_id", "model", "note", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "refurbisher_id", "site_id", "state", "system", "tag", "updated_at") VALUES (NEW."brand", NEW."condition", NEW."created_at", NEW."cycle", NEW."drives", NEW."id", NEW."kind", NEW."lot_id", NEW."model", NEW."note", NEW."operator_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."refurbisher_id", NEW."site_id", NEW."state", NEW."system", NEW."tag", NEW."updated_at"); RETURN NULL;', hash='317fc244b11309118ae006c354c36ae3fcf721a5', operation='UPDATE', pgid='pgtrigger_update_update_498f8', table='equipment_device', when='AFTER')),
        ),
    ]
