"""`python -m embedded.containers.health WHO`: end with 0 where it is well, else say why not.

It asks for what nobody logs, and imports little: it runs every few seconds.
"""

import json
import sys
import urllib.error
import urllib.request

API_SERVER = "api_server"
URLS = {
    "ec2": "http://127.0.0.1:5000/_control/health",
    API_SERVER: "http://127.0.0.1:8080/api/v2/monitor/health",
}
OF_OTHERS = "http://api-server:8080/api/v2/monitor/health"
SECONDS = 8.0


def main() -> None:
    """Look once."""
    who = sys.argv[1]
    try:
        with urllib.request.urlopen(URLS.get(who, OF_OTHERS), timeout=SECONDS) as answer:  # noqa: S310 - http only
            health = json.load(answer)
    except (OSError, ValueError) as error:
        sys.exit(f"{who}: {error}")
    if who not in URLS and (status := (health.get(who) or {}).get("status")) != "healthy":
        sys.exit(f"{who} is {status}")


if __name__ == "__main__":
    main()
