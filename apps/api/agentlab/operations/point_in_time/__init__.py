"""Back to any moment: what PostgreSQL writes is archived as it comes, on top of base backups."""
