"""Whether a policy allows a call, as far as ours need it; what is not known here is an error.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import fnmatch
from typing import Any

Statement = dict[str, Any]
Context = dict[str, str | list[str]]


def allows(statements: list[Statement], action: str, resource: str, context: Context | None = None) -> bool:
    """Whether one of the statements allows it; AWS evaluates a call that knows no resource with `*`."""
    assert {it["Effect"] for it in statements} == {"Allow"}
    return any(
        _matches(it["Action"], action)
        and _matches(it["Resource"], resource)
        and _holds(it.get("Condition", {}), context or {})
        for it in statements
    )


def actions(statement: Statement) -> list[str]:
    """The actions of a statement."""
    return _several(statement["Action"])


def _matches(patterns: str | list[str], text: str) -> bool:
    return any(fnmatch.fnmatchcase(text, pattern) for pattern in _several(patterns))


def _holds(condition: dict[str, dict[str, Any]], context: Context) -> bool:
    """Whether all of it holds: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html."""
    keys = {name.lower(): _several(values) for name, values in context.items()}
    return all(
        _operator(operator, _several(wanted), keys.get(name.lower(), []))
        for operator, wanted_by_key in condition.items()
        for name, wanted in wanted_by_key.items()
    )


def _operator(operator: str, wanted: list[str], found: list[str]) -> bool:
    match operator:
        case "StringEquals":
            [value] = found or [None]  # a key with several values takes ForAllValues or ForAnyValue
            return value in wanted
        case "StringEqualsIgnoreCase":
            [value] = found or [""]
            return value.lower() in {it.lower() for it in wanted}
        case "ForAllValues:StringEquals":
            return all(value in wanted for value in found)  # also of none
        case "Null":
            return [str(not found).lower()] == wanted
        case _:
            raise ValueError(f"an operator that is not known here: {operator}")


def _several(one_or_more: str | list[str]) -> list[str]:
    return [one_or_more] if isinstance(one_or_more, str) else one_or_more
