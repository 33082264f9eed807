"""Signed papers: scans kept with their signatures, sheets that are printed, and piles of scans that come back."""
