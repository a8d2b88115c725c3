"""The codebook of every form, and the checks built from it."""
