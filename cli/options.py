"""Options that several commands share."""

from typing import Annotated

import typer

StartMonth = Annotated[str | None, typer.Option(help="First month, YYYY-MM; default: the first loaded one.")]
EndMonth = Annotated[
    str | None, typer.Option(help="Last month, included; default: the last loaded one that is over.")
]
