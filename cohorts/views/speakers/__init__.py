"""Speakers from outside: the staff's pages, the participants' page, and the speaker's own."""
