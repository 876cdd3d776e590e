"""CloudWatch: moto's, with the metrics that RDS itself sends."""
