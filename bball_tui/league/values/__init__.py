"""What one cell or field means: names, dates, addresses, codes. Knows no record, no file and no database."""
