"""The screen, in Textual. Files beside the folders stand between dialogs and services; no SQL, no rule of a league."""
