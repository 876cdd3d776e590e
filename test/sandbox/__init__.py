"""An AWS to try things on: moto's APIs, with real PostgreSQL servers behind the RDS instances.

`table.md` beside this file says for each call which documented behaviour it copies.
"""
