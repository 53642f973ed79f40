#!/usr/bin/env bash
# Install what `make test-compose` needs: an engine, Compose 1.29, and from Debian's next suite Compose 2, which this
# one lacks. As root, on Debian bookworm.
set -euo pipefail
[[ -z ${NO_ENGINE:-} ]] || exit 0 # then `make test-compose` skips everything, and says so

packages=(docker.io docker-compose debootstrap iptables)
if ! dpkg --status "${packages[@]}" > /dev/null 2>&1; then
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${packages[@]}"
fi

plugins=${COMPOSE_TEST_CACHE:-$HOME/.cache/tier1-compose}/config/cli-plugins
[[ ! -x $plugins/docker-compose ]] || exit 0

apart=$(mktemp --directory)
trap 'rm -r "$apart"' EXIT
chmod 755 "$apart"
mkdir -p "$apart/lists/partial" "$apart/cache/archives/partial" "$plugins"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] http://deb.debian.org/debian trixie main" > "$apart/sources.list"
options=(-o "Dir::Etc::sourcelist=$apart/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$apart/lists"
    -o "Dir::Cache=$apart/cache" -o APT::Sandbox::User=root)
cd "$apart"
apt-get "${options[@]}" update
apt-get "${options[@]}" download docker-compose
dpkg-deb --extract docker-compose_*.deb unpacked
install -m 755 unpacked/usr/libexec/docker/cli-plugins/docker-compose "$plugins/docker-compose"
