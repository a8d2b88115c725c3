"""Programme, sources, landing, mapping, the wave flow and the command."""
