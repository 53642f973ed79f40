"""Products of the AWS Marketplace, each of which lists the types that it may run on."""

from collections.abc import Iterable
from typing import Any, ClassVar


class Products:
    """What they list; one that nobody has told of lists all types."""

    types: ClassVar[dict[str, frozenset[str]]] = {}

    @classmethod
    def show(cls, code: str, types: Iterable[str]) -> None:
        """Let the product list these types from now on."""
        cls.types[code] = frozenset(types)

    @classmethod
    def take(cls, instance: Any) -> bool:
        """Tell whether all products of an instance list the type that it has."""
        codes = [each["ProductCodeId"] for each in getattr(instance, "ProductCodes", [])]
        return all(instance.instance_type in cls.types.get(code, {instance.instance_type}) for code in codes)
