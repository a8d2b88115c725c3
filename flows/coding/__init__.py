"""Coding by hand: texts drawn, workbooks out and in, coders held against one another and against the rules."""
