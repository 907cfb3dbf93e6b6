import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import declic.core.search


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('core', '0001_extensions'),
        ('organisations', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case_number', models.CharField(max_length=20, verbose_name='numéro de dossier')),
                ('first_name', models.CharField(max_length=80, verbose_name='prénom')),
                ('last_name', models.CharField(max_length=80, verbose_name="nom d'usage")),
                ('birth_name', models.CharField(blank=True, default='', max_length=80, verbose_name='nom de naissance')),
                ('called', models.CharField(blank=True, default='', max_length=120, verbose_name="comment l'appeler")),
                ('birth_date', models.DateField(blank=True, null=True, verbose_name='date de naissance')),
                ('gender', models.CharField(blank=True, choices=[('feminin', 'femme'), ('masculin', 'homme'), ('non_binaire', 'non binaire'), ('non_communique', 'non communiqué')], default='', max_length=20, verbose_name='genre')),
                ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='courriel')),
                ('contact_preference', models.CharField(blank=True, choices=[('phone', 'appel'), ('sms', 'SMS'), ('email', 'courriel'), ('letter', 'lettre'), ('prescriber', "par la personne qui l'oriente")], default='', max_length=12, verbose_name='préfère être joint·e par')),
                ('languages', models.CharField(blank=True, default='', max_length=120, verbose_name='langues parlées')),
                ('needs_help_reading', models.BooleanField(blank=True, null=True, verbose_name="besoin d'aide pour lire")),
                ('address', models.CharField(blank=True, default='', max_length=200, verbose_name='adresse')),
                ('postal_code', models.CharField(blank=True, default='', max_length=5, verbose_name='code postal')),
                ('city', models.CharField(blank=True, default='', max_length=100, verbose_name='commune')),
                ('informed_on', models.DateField(blank=True, null=True, verbose_name='informée de ses droits le')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('search_key', models.GeneratedField(db_persist=True, expression=declic.core.search.FoldedText('first_name', 'last_name', 'birth_name'), output_field=models.TextField())),
                ('sort_key', models.GeneratedField(db_persist=True, expression=declic.core.search.FoldedText('last_name', 'first_name'), output_field=models.TextField())),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='organisations.site', verbose_name='lieu de suivi')),
            ],
            options={
                'ordering': ['sort_key', 'pk'],
                'indexes': [django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('search_key', name='gin_trgm_ops'), name='person_by_name'), models.Index(fields=['operator', 'sort_key', 'id'], name='person_in_order'), models.Index(fields=['operator', 'birth_date'], name='person_by_birth_date'), models.Index(fields=['site'], name='person_by_site')],
                'constraints': [models.UniqueConstraint(fields=('operator', 'case_number'), name='case_number_once', violation_error_message='Un dossier porte déjà ce numéro.')],
            },
        ),
        migrations.CreateModel(
            name='AccessLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('view', 'lecture'), ('search', 'ouverture depuis la recherche'), ('export', 'export'), ('print', 'impression')], max_length=8)),
                ('at', models.DateTimeField()),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accesses', to='people.person')),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['person', '-at'], name='access_by_person')],
            },
        ),
        migrations.CreateModel(
            name='PersonEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('case_number', models.CharField(max_length=20, verbose_name='numéro de dossier')),
                ('first_name', models.CharField(max_length=80, verbose_name='prénom')),
                ('last_name', models.CharField(max_length=80, verbose_name="nom d'usage")),
                ('birth_name', models.CharField(blank=True, default='', max_length=80, verbose_name='nom de naissance')),
                ('called', models.CharField(blank=True, default='', max_length=120, verbose_name="comment l'appeler")),
                ('birth_date', models.DateField(blank=True, null=True, verbose_name='date de naissance')),
                ('gender', models.CharField(blank=True, choices=[('feminin', 'femme'), ('masculin', 'homme'), ('non_binaire', 'non binaire'), ('non_communique', 'non communiqué')], default='', max_length=20, verbose_name='genre')),
                ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='courriel')),
                ('contact_preference', models.CharField(blank=True, choices=[('phone', 'appel'), ('sms', 'SMS'), ('email', 'courriel'), ('letter', 'lettre'), ('prescriber', "par la personne qui l'oriente")], default='', max_length=12, verbose_name='préfère être joint·e par')),
                ('languages', models.CharField(blank=True, default='', max_length=120, verbose_name='langues parlées')),
                ('needs_help_reading', models.BooleanField(blank=True, null=True, verbose_name="besoin d'aide pour lire")),
                ('address', models.CharField(blank=True, default='', max_length=200, verbose_name='adresse')),
                ('postal_code', models.CharField(blank=True, default='', max_length=5, verbose_name='code postal')),
                ('city', models.CharField(blank=True, default='', max_length=100, verbose_name='commune')),
                ('informed_on', models.DateField(blank=True, null=True, verbose_name='informée de ses droits le')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('search_key', models.GeneratedField(db_persist=True, expression=declic.core.search.FoldedText('first_name', 'last_name', 'birth_name'), output_field=models.TextField())),
                ('sort_key', models.GeneratedField(db_persist=True, expression=declic.core.search.FoldedText('last_name', 'first_name'), output_field=models.TextField())),
                ('operator', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.person')),
                ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.site', verbose_name='lieu de suivi')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PersonPhone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(help_text='E.164', max_length=16, verbose_name='téléphone')),
                ('note', models.CharField(blank=True, default='', max_length=80, verbose_name='précision')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='phones', to='people.person')),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['operator', 'number'], name='phone_by_number')],
                'constraints': [models.UniqueConstraint(fields=('person', 'number'), name='phone_once_per_person', violation_error_message='Ce numéro est déjà dans le dossier.')],
            },
        ),
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('moment', models.CharField(choices=[('entry', "à l'entrée"), ('change', 'changement'), ('exit', 'à la sortie')], max_length=8)),
                ('on', models.DateField(verbose_name='situation au')),
                ('labour_status', models.CharField(blank=True, choices=[('chomeur', "en recherche d'emploi"), ('chomeur_longue_duree', "en recherche d'emploi depuis plus d'un an"), ('inactif', 'sans emploi, ne recherche pas'), ('en_emploi', 'en emploi')], max_length=24, null=True, verbose_name='emploi')),
                ('household', models.CharField(blank=True, choices=[('seul', 'vit seul·e'), ('seul_avec_enfants', 'vit seul·e avec des enfants'), ('couple', 'vit en couple'), ('couple_avec_enfants', 'vit en couple avec des enfants'), ('autre', 'autre situation')], max_length=24, null=True, verbose_name='foyer')),
                ('housing', models.CharField(blank=True, choices=[('logement_personnel', 'logement personnel'), ('heberge', "hébergé·e par quelqu'un"), ('hebergement_collectif', 'hébergement collectif'), ('sans_domicile', 'sans domicile'), ('autre', 'autre')], max_length=24, null=True, verbose_name='logement')),
                ('education', models.CharField(blank=True, choices=[('0-2', "jusqu'au brevet"), ('3-4', 'CAP, BEP ou bac'), ('5-8', 'études supérieures')], max_length=8, null=True, verbose_name='études')),
                ('benefits', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('RSA', 'RSA'), ('RSO', 'RSO'), ('ASS', 'ASS'), ('ADA', 'ADA'), ('AV', 'allocation veuvage'), ('ASI', 'ASI'), ('AAH', 'AAH'), ('ATI', 'ATI'), ('AVFS', 'AVFS'), ('ASPA', 'ASPA (minimum vieillesse)'), ('AER-R', 'AER-R'), ('ATA', 'ATA')], max_length=6), blank=True, null=True, verbose_name='minima sociaux')),
                ('income', models.PositiveIntegerField(blank=True, help_text='centimes', null=True, verbose_name='ressources par mois')),
                ('charges', models.PositiveIntegerField(blank=True, help_text='centimes', null=True, verbose_name='charges par mois')),
                ('commune_code', models.CharField(blank=True, max_length=5, null=True, verbose_name='commune (code INSEE)')),
                ('in_priority_zone', models.BooleanField(blank=True, null=True, verbose_name='habite un quartier prioritaire')),
                ('priority_zone_code', models.CharField(blank=True, default='', max_length=10, verbose_name='code du quartier')),
                ('equipment', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('ordinateur', 'ordinateur'), ('tablette', 'tablette'), ('telephone', 'téléphone connecté')], max_length=12), blank=True, null=True, verbose_name='matériel à la maison')),
                ('has_connection', models.BooleanField(blank=True, null=True, verbose_name='internet à la maison')),
                ('has_email_address', models.BooleanField(blank=True, null=True, verbose_name='a une adresse électronique')),
                ('needs_help_online', models.BooleanField(blank=True, null=True, verbose_name="a besoin d'aide pour ses démarches en ligne")),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('corrects', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='people.snapshot')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='snapshots', to='people.person')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-on', '-pk'],
                'indexes': [models.Index(fields=['person', '-on', '-id'], name='snapshot_by_person')],
            },
        ),
        migrations.CreateModel(
            name='CaseNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('last', models.PositiveBigIntegerField(default=0)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='opérateur')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('operator',), name='case_counter_once'), models.CheckConstraint(condition=models.Q(('last__gte', 0)), name='case_counter_not_negative')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='person',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='940d224085a83cc6fb62ec3260086fe753c6c51f', operation='DELETE', pgid='pgtrigger_never_deleted_4fc25', table='people_person', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='person',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "people_personevent" ("address", "birth_date", "birth_name", "called", "case_number", "city", "contact_preference", "created_at", "email", "first_name", "gender", "id", "informed_on", "languages", "last_name", "needs_help_reading", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "site_id", "updated_at") VALUES (NEW."address", NEW."birth_date", NEW."birth_name", NEW."called", NEW."case_number", NEW."city", NEW."contact_preference", NEW."created_at", NEW."email", NEW."first_name", NEW."gender", NEW."id", NEW."informed_on", NEW."languages", NEW."last_name", NEW."needs_help_reading", NEW."operator_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."postal_code", NEW."site_id", NEW."updated_at"); RETURN NULL;', hash='e4e37f4dfa9115877f3e8a708ac7e20c47641582', operation='INSERT', pgid='pgtrigger_insert_insert_65688', table='people_person', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='person',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "people_personevent" ("address", "birth_date", "birth_name", "called", "case_number", "city", "contact_preference", "created_at", "email", "first_name", "gender", "id", "informed_on", "languages", "last_name", "needs_help_reading", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "site_id", "updated_at") VALUES (NEW."address", NEW."birth_date", NEW."birth_name", NEW."called", NEW."case_number", NEW."city", NEW."contact_preference", NEW."created_at", NEW."email", NEW."first_name", NEW."gender", NEW."id", NEW."informed_on", NEW."languages", NEW."last_name", NEW."needs_help_reading", NEW."operator_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."postal_code", NEW."site_id", NEW."updated_at"); RETURN NULL;', hash='34db33ed6ce05f490c8db64613dd3df7c2be7c6f', operation='UPDATE', pgid='pgtrigger_update_update_de829', table='people_person', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accesslog',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b2a1b3a9a0db9744d6e1672514e2ee88e17e007e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_239e8', table='people_accesslog', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='snapshot',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='634fc3bb2c870880786fa9ec08773ab9cfad09b4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_98eb3', table='people_snapshot', when='BEFORE')),
        ),
    ]
