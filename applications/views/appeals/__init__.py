"""Appeals: for those who appeal, and for the school that answers."""
