"""A change of the schema is made on purpose."""

from include.store import schema

DEFINITION = "definition 0ea72029033b1ca5dc4c41949f400b5aa80b6d415521b1ab15d165e2cf66ffd8"


def test_the_schema_is_what_installations_have():
    """Every character counts, those of comments in schema.sql, too.

    Where it changes, only the owner of an installed schema can renew that schema, the stages of others fail
    until then, and the next run reads all prices once. So collect changes, and say so in the changelog.
    """
    assert schema._definition() == DEFINITION
