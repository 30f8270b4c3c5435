"""Preparation: from landed rows to canonical tables, with everything set aside accounted for."""
