"""An app with a session model of its own, by Django's "Extending database-backed session engines"."""
