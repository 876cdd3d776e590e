"""S3: moto's, with bucket policies that deny, defaults of new buckets, and locks that hold."""
