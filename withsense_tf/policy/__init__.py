"""The law: what may be shown, searched and learned from, in which country, and who decided it."""
