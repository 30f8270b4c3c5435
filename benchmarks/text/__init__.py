"""What Moushi reads in texts, beside its peers, on the splits and metrics that the issues name."""
