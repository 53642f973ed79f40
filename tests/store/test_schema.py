"""A change of the schema is made on purpose."""

from include.store import schema

DEFINITION = "definition 24a12ae7af661cce575e3fdebf3ad16bbb7cdf4f815f9f9238c026899c0d8424"


def test_the_schema_is_what_installations_have():
    """Every character counts, those of comments in schema.sql, too.

    Where it changes, only the owner of an installed schema can renew that schema, the stages of others fail
    until then, and the next run reads all prices once. So collect changes, and say so in the changelog.
    """
    assert schema._definition() == DEFINITION
