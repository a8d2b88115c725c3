"""Free text: masking, language, the pinned GiNZA pipeline, themes and terms."""
