"""Where people and programs meet Moushi; thin, and only over the public face."""
