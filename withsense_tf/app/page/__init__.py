"""The web page: a client of the API's service, with no road of its own."""
