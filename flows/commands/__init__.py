"""The subcommands of `monosashi`, by what they are for."""
