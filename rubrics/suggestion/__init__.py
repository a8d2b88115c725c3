"""A model that suggests levels so that people can check their own; it never scores."""
