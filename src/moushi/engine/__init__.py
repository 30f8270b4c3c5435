"""The only door to the relational engine, the lake and worker processes."""
