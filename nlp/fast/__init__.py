"""The pinned pipeline made fast without changing one annotation."""
