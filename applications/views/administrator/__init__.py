"""The administrators' pages: intakes, the list of applications, and each application's case."""
