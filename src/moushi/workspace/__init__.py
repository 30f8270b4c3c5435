"""The workspace folder: lake, application database, keys, artifacts; create, open, verify, back up, restore."""
