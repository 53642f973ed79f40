"""A change of the schema is made on purpose."""

from include.store import schema

DEFINITION = "definition 72f7c0b6496bd30e01f0716ae5fab6144ed0987f5e3f0abb84491aa7c7828291"


def test_the_schema_is_what_installations_have():
    """Every character counts, those of comments in schema.sql, too.

    Where it changes, only the owner of an installed schema can renew that schema, the stages of others fail
    until then, and the next run reads all prices once. So collect changes, and say so in the changelog.
    """
    assert schema._definition() == DEFINITION
