"""The study tour: its page and list, how it is prepared, rooms, needs, and the participants' pages."""
