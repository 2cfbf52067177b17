"""The product's settings, and the app that makes a minute of the post office last a second."""

from innoskole.settings import *  # noqa: F403
from innoskole.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "faults"]
EMAIL_TIMEOUT = 4  # shorter than a claim may live, as in the product
