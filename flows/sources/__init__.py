"""Where responses come from: one small interface, one module a kind of source."""
