"""The command `hpo`; one file per group of commands, loaded when the command runs."""
