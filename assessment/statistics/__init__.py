"""Figures that may be shown to everybody: plain Python arithmetic, no Django."""
