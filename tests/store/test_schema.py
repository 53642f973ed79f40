"""A change of the schema is made on purpose."""

from include.store import schema

DEFINITION = "definition d7c395352f09a570e1a80dcc41f3c37235d29edb7e45c7379598c942764a9871"


def test_the_schema_is_what_installations_have():
    """Every character counts, those of comments in schema.sql, too.

    Where it changes, only the owner of an installed schema can renew that schema, the stages of others fail
    until then, and the next run reads all prices once. So collect changes, and say so in the changelog.
    """
    assert schema._definition() == DEFINITION
