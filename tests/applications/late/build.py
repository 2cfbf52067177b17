"""When free places are filled, and by which rule."""

from __future__ import annotations

from datetime import datetime

from tests.factories import OSLO

OPENS = datetime(2027, 8, 2, 9, 0, tzinfo=OSLO)
CLOSES = datetime(2027, 8, 16, 15, 0, tzinfo=OSLO)
DECIDED = datetime(2027, 8, 9, 9, 0, tzinfo=OSLO)
RULE = "The free places are given to complete applications in the order in which they are received."
