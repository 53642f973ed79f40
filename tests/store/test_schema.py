"""A change of the schema is made on purpose."""

from include.store import schema

DEFINITION = "definition a03f656ac2d6a81f58c444a145c7f71483125b7da7ad71eea703d582fefb3cf0"


def test_the_schema_is_what_installations_have():
    """Every character counts, those of comments in schema.sql, too.

    Where it changes, only the owner of an installed schema can renew that schema, the stages of others fail
    until then, and the next run reads all prices once. So collect changes, and say so in the changelog.
    """
    assert schema._definition() == DEFINITION
