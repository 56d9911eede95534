"""Names here and names in the API."""

import re


def camel_case(name: str) -> str:
    """`custom_data` to `customData`."""
    return re.sub("_([a-z])", lambda letter: letter[1].upper(), name)


def snake_case(name: str) -> str:
    """`customData` to `custom_data`."""
    return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name)
