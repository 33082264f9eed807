"""The frame around the tabs: header, tabs, footer, and the commands that belong to no tab."""
