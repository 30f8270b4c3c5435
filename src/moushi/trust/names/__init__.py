"""Names of people in Chinese text: candidates, what speaks for each, and a weight for every such sign."""
