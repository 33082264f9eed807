"""What tabs and dialogs are made of: lists, search line, footer, inspector. Nothing here knows what a row is about."""
