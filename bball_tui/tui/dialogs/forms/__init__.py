"""Forms: one declared list of fields each, and one dialog that shows them all."""
