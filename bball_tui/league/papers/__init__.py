"""Signed papers: scans kept with their signatures, sheets that are printed, and stacks of scans that come back."""
