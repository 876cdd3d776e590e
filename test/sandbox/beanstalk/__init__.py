"""Elastic Beanstalk, whose environments run the sample application for real."""
