"""Tables, loading, indicators, trace and report."""
