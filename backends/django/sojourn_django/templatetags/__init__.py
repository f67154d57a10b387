"""Template tags: `{% load sojourn %}`."""
