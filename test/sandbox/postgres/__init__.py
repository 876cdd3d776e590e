"""The PostgreSQL servers behind RDS instances and clusters."""
