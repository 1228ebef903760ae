"""The ladder of releases: seven real date readers, each the system under test once."""
