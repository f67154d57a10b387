"""The shop of examples/shop on Django: its page, its endpoints, the log-in of django.contrib.auth and the admin."""
