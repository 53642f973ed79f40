"""A change of the schema is made on purpose."""

from include.store import schema

DEFINITION = "definition 5930d3de79224a141f3f4bddeb1b09c3412721c3080659c93ab4decf06273d84"


def test_the_schema_is_what_installations_have():
    """Every character counts, those of comments in schema.sql, too.

    Where it changes, only the owner of an installed schema can renew that schema, the stages of others fail
    until then, and the next run reads all prices once. So collect changes, and say so in the changelog.
    """
    assert schema._definition() == DEFINITION
