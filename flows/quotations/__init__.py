"""Quotations: drawn at random, with what speaks against them, and released only under declared conditions."""
