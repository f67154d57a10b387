"""A small project: the endpoint, ordinary views beside it, and the log-in of django.contrib.auth."""
