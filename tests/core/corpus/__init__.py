"""Plan files that must be refused, each with the line and a phrase of what is said."""
