"""The sheet for the student registry (FS), and what comes back from it. Changes nothing, asks no database."""
