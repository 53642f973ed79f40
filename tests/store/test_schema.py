"""A change of the schema is made on purpose."""

from include.store import schema

DEFINITION = "definition 1cc718eb01fb05b5106b48525845de7d101390f2f1ac1f52c041acd1db64215e"


def test_the_schema_is_what_installations_have():
    """Every character counts, those of comments in schema.sql, too.

    Where it changes, only the owner of an installed schema can renew that schema, the stages of others fail
    until then, and the next run reads all prices once. So collect changes, and say so in the changelog.
    """
    assert schema._definition() == DEFINITION
