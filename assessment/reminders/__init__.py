"""What people are reminded of between a work requirement that opens and its result."""

from innoskole.reminders.kinds import Kind

KINDS: tuple[Kind, ...] = ()
