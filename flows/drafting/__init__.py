"""A first crosswalk from an organisation's file or form: what is certain is written, what is not is left open."""
