"""How sessions are read and stored on each of Django's engines, by compare-and-set."""
