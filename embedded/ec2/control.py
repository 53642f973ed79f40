"""The interface `/_control/` for those who test with the simulator, and for machines in other containers."""

import json
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request, Response

from embedded.ec2 import facets
from embedded.ec2.call import Call
from embedded.ec2.faults import Fault, FaultBook
from embedded.ec2.machines import Reports
from embedded.ec2.marketplace import Products
from embedded.ec2.price_list import Prices
from embedded.ec2.quotas import OnDemandStandard
from embedded.ec2.simulated_instance import Timing, install

PREFIX = "/_control/"


class Control:
    """Tells of the calls, and takes wishes."""

    def __init__(self, faults: FaultBook, calls: list[Call], region: str) -> None:
        self._calls = calls
        self._clear = {"calls": calls.clear, "faults": faults.clear, "prices": Prices.clear}
        self._wishes: dict[str, Callable[..., dict[str, Any] | None]] = {
            "faults": lambda **body: faults.add(Fault(**body)),
            "instance": facets.show,
            "machine": Reports(region).take,
            "price": Prices.show,
            "product": Products.show,
            "quota": OnDemandStandard.allow,
            "timing": lambda **body: install(Timing(**body)),
        }

    def answer(self, request: Request) -> Response:
        """Do what is asked."""
        match request.method, request.path.removeprefix(PREFIX):
            case "GET", "health":
                return _json({"ok": True})
            case "GET", "calls":
                return _json([call.as_dict() for call in self._calls])
            case "DELETE", what if what in self._clear:
                self._clear[what]()
            case "POST", what if what in self._wishes:
                try:
                    answer = self._wishes[what](**json.loads(request.get_data()))
                except (TypeError, ValueError) as error:
                    return _json({"error": str(error)}, status=400)
                return _json(answer or {"ok": True})
            case _:
                return _json({"error": "no such thing"}, status=404)
        return _json({"ok": True})


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value), status=status, mimetype="application/json")
