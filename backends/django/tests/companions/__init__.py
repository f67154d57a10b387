"""The project of the attacks: the endpoint next to apps that trust the session, django-allauth and django-otp."""
