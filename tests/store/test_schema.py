"""A change of the schema is made on purpose."""

from include.store import schema

DEFINITION = "definition 015f2fd1b8a3ee5dfb7d1dc051af2aba5cb090084086fdcbace5fd2c83da2208"


def test_the_schema_is_what_installations_have():
    """Every character counts, those of comments in schema.sql, too.

    Where it changes, only the owner of an installed schema can renew that schema, the stages of others fail
    until then, and the next run reads all prices once. So collect changes, and say so in the changelog.
    """
    assert schema._definition() == DEFINITION
