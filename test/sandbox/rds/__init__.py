"""RDS on real PostgreSQL servers."""
