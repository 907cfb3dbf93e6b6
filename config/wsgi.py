"""The WSGI entry point that gunicorn serves; it connects to the database by `DATABASE_WEB_URL` when that is given."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
if os.environ.get("DATABASE_WEB_URL"):
    # Here and not in the settings, which commands and the worker share.
    os.environ["DATABASE_URL"] = os.environ["DATABASE_WEB_URL"]
application = get_wsgi_application()
