"""The case paper (saksframlegg): what the application knows, the proposal, the paper, and its files."""
