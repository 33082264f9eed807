"""Whatever one did in the last minutes, and how it goes back: the audit says what there was before."""
