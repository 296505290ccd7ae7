"""Running a plan: dependency order, in parallel, journaled."""
