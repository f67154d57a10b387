"""Who can log in at first, here and at /admin/."""

NAME = "Ada"
PASSWORD = "lovelace"
