"""The administrators' pages of the draw."""
