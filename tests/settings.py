"""The product's settings as the tests run them: nothing of the developer's own .env, nothing slow."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["ENV_FILE"] = os.devnull
if "PYTEST_XDIST_WORKER" not in os.environ:  # workers share the folder of the process that started them
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="innoskole-tests-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)

from innoskole.settings import *  # noqa: F403
from innoskole.settings import CACHES, DATABASES, NODE_MODULES, STATIC_ROOT, STATICFILES_DIRS, VAR_DIR

# A file, not memory: browser tests use it from several threads, as the product does.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(Path(VAR_DIR) / "test.sqlite3")}

CACHES["default"]["KEY_FUNCTION"] = "tests.cache.key_of_this_test"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [*STATICFILES_DIRS, ("axe-core", NODE_MODULES / "axe-core")]  # for tests/e2e/quality.py
WHITENOISE_AUTOREFRESH = True  # looks files up when asked, instead of all of them for each test client
