"""Programs that are run, not imported: floors, and the codemod that one would write by hand."""
