"""Customer profiles: what each customer did, how it compares, and whether it is lapsing."""
