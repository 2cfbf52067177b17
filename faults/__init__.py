"""`make faults`: the post office among servers that die; see docs/decisions/0114."""
