"""Personal data: recognised, replaced by keyed tokens, kept encrypted, shown again only on this machine."""
