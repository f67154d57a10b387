"""What ``manage.py check`` says of settings that are unsafe for sessions."""
from __future__ import annotations
