"""A change of the schema is made on purpose."""

from include.store import schema

DEFINITION = "definition e17a289d05535e25e4e167ea8038aa753d575b4c857ddf1652cc7e44f5e6e3e6"


def test_the_schema_is_what_installations_have():
    """Every character counts, those of comments in schema.sql, too.

    Where it changes, only the owner of an installed schema can renew that schema, the stages of others fail
    until then, and the next run reads all prices once. So collect changes, and say so in the changelog.
    """
    assert schema._definition() == DEFINITION
