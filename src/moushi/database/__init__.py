"""The application database: what is state rather than data (runs, approvals, checksums)."""
