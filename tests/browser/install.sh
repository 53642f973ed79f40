#!/usr/bin/env bash
# Install what `make test-browser` needs: Debian's Chromium. As root.
set -euo pipefail
if ! command -v chromium > /dev/null; then
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium
fi
