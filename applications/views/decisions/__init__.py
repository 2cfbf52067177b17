"""Decisions, their letters, and the minute at which they leave."""
