"""What a person reads in a letter: the link and the code."""

import re
from urllib.parse import urlsplit

from django.core.mail import EmailMessage


def link_in(letter: EmailMessage) -> str:
    """The path of the first link in the text."""
    found = re.search(r"https?://\S+", letter.body)
    assert found, letter.body
    return urlsplit(found[0]).path


def code_in(letter: EmailMessage) -> str:
    """The code, which stands on a line of its own."""
    found = re.search(r"^\s*([A-Z0-9]{2,}(?:-[A-Z0-9]+)?)\s*$", letter.body, re.MULTILINE)
    assert found, letter.body
    return found[1]
