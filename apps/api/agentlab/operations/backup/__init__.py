"""Backups: one encrypted file each, verified before it counts, and restored to prove it."""
