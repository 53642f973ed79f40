#!/usr/bin/env bash
# Install, update or remove the worker on the instance. docs/how-to/worker-on-the-instance.md
#
#   sudo bash install.sh [--python PYTHON] [--now] ARCHIVE    a file, or s3://BUCKET/KEY
#   sudo bash install.sh --remove
#
# For Ubuntu 22.04 and 24.04, Debian 12 and later, Amazon Linux 2023. Run again, it does what is left to do.
set -euo pipefail
umask 022

readonly TOP=/opt/tier1 SETTINGS=/etc/tier1 UNIT=tier1-worker.service
readonly UNIT_FILE=/etc/systemd/system/$UNIT
readonly MANAGED_PYTHON=3.12 # where the system has none from 3.11 to 3.13; the container's image has it, too

say() { echo "tier1-worker: $*"; }
die() {
    echo "tier1-worker: $*" >&2
    exit 1
}
hash_of() { sha256sum | cut -c -12; }
has_systemd() { [[ -d /run/systemd/system ]]; }

# ---- what it stands on

install_packages() {
    local system
    system=$(source /etc/os-release && echo "$ID ${VERSION_ID:-}")
    case $system in
    "ubuntu "* | "debian "*)
        dpkg-query --show python3-venv ca-certificates procps >/dev/null 2>&1 && return
        apt-get update --quiet=2
        DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends \
            python3-venv ca-certificates procps >/dev/null
        ;;
    "amzn 2023"*)
        rpm --query --quiet python3.12 procps-ng tar gzip diffutils findutils && return
        dnf install --quiet --assumeyes python3.12 procps-ng tar gzip diffutils findutils
        ;;
    *) die "Cannot install packages on $system: use Ubuntu, Debian or Amazon Linux 2023." ;;
    esac
}

is_supported() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; }

find_python() {
    local name
    for name in python3.12 python3.13 python3.11; do
        if is_supported "$name"; then
            command -v "$name"
            return
        fi
    done
    echo "$MANAGED_PYTHON" # Ubuntu 22.04: uv fetches it, as its own checksum says
}

install_venv() { # FOLDER PYTHON RELEASE
    local tools=$TOP/tools
    [[ ! -e $1/complete ]] || return 0 # what was interrupted is made again
    say "installing the pinned requirements with Python $2: some minutes"
    rm -rf "$1" "$tools"
    python3 -m venv "$tools"
    "$tools/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
        --requirement "$3/requirements-uv.txt"
    # the cache beside the folder, so that files are linked and not copied; Python where the worker may read it
    export UV_CACHE_DIR=$tools/cache UV_PYTHON_INSTALL_DIR=$TOP/python UV_SYSTEM_CERTS=true
    "$tools/bin/uv" venv --quiet --python "$2" "$1"
    "$tools/bin/uv" pip install --quiet --python "$1/bin/python" --compile-bytecode --require-hashes \
        --requirement "$3/requirements.txt"
    rm -rf "$tools"
    touch "$1/complete"
}

# ---- the code

unpack() { # ARCHIVE RELEASE
    [[ -d $2 ]] && return
    say "unpacking $(basename "$2")"
    rm -rf "$2.part"
    mkdir --parents "$2.part"
    tar --extract --gzip --file "$1" --directory "$2.part" --no-same-owner
    mv --no-target-directory "$2.part" "$2"
}

point() { # LINK TARGET: at once, so that it always leads somewhere
    ln --symbolic --force --no-dereference "$2" "$1.new"
    mv --no-target-directory "$1.new" "$1"
}

# Keep the release that runs and the one before it, to go back to, each with its libraries.
clean_up() {
    local found
    for found in "$TOP"/releases/*; do
        [[ $found == "$(readlink "$TOP/current")" || $found == "$(readlink "$TOP/previous")" ]] || rm -rf "$found"
    done
    for found in "$TOP"/venv-*; do
        [[ -n $(find "$TOP/releases" -maxdepth 2 -name venv -lname "$found") ]] || rm -rf "$found"
    done
}

# ---- the system

add_user() {
    id tier1 >/dev/null 2>&1 ||
        useradd --system --user-group --home-dir /var/lib/tier1 --no-create-home --shell /usr/sbin/nologin tier1
    install --directory --owner root --group tier1 --mode 0750 "$SETTINGS"
}

add_settings() { # TEMPLATE
    [[ -e $SETTINGS/worker.env ]] || install --owner root --group tier1 --mode 0640 "$1" "$SETTINGS/worker.env"
    [[ ! -e $SETTINGS/secret.env ]] || { chown root:root "$SETTINGS/secret.env" && chmod 0600 "$SETTINGS/secret.env"; }
}

has_tasks() { # each task is a child of the worker's process
    local worker
    worker=$(systemctl show --property MainPID --value "$UNIT")
    [[ ${worker:-0} != 0 ]] && pgrep --parent "$worker" >/dev/null
}

# ---- the commands

install_worker() { # ARCHIVE PYTHON NOW
    local archive=$1 python=$2 now=$3 release venv
    if [[ $archive == s3://* ]]; then
        command -v aws >/dev/null || die "$archive needs the AWS CLI: install it, or name a file."
        fetched=$(mktemp)
        trap 'rm -f "$fetched"' EXIT
        aws s3 cp --only-show-errors "$archive" "$fetched"
        archive=$fetched
    fi
    [[ -f $archive ]] || die "No such file: $archive. Make it on the control plane: make worker-archive"
    install_packages
    python=${python:-$(find_python)}
    release=$TOP/releases/$(hash_of <"$archive")
    unpack "$archive" "$release"
    venv=$TOP/venv-$({ echo "$python" && cat "$release/requirements.txt"; } | hash_of)
    install_venv "$venv" "$python" "$release"
    "$venv/bin/python" -m compileall -q "$release"
    add_user
    add_settings "$release/deploy/worker/worker.env"
    if is_current "$release" "$venv"; then
        say "$(basename "$release") is installed already"
    else
        make_current "$release" "$venv" "$now"
        say "$(basename "$release") is installed"
    fi
    start
    clean_up
}

is_current() { # RELEASE VENV
    [[ $(readlink "$TOP/current") == "$1" && $(readlink "$1/venv") == "$2" ]] &&
        cmp --quiet "$1/deploy/worker/$UNIT" "$UNIT_FILE" && systemctl is-enabled --quiet "$UNIT"
}

make_current() { # RELEASE VENV NOW
    if has_systemd; then
        [[ $3 ]] || ! has_tasks || die "The worker is at work. Wait for the end of the run, or say --now: its tasks fail."
        systemctl stop "$UNIT" 2>/dev/null || true # what runs must not meet other files
    fi
    point "$1/venv" "$2"
    [[ ! -e $TOP/current || $TOP/current -ef $1 ]] || point "$TOP/previous" "$(readlink "$TOP/current")"
    point "$TOP/current" "$1"
    install --mode 0644 "$1/deploy/worker/$UNIT" "$UNIT_FILE"
    ! has_systemd || systemctl daemon-reload
    systemctl enable --quiet "$UNIT"
}

start() {
    if ! has_systemd; then
        say "systemd does not run here: the worker starts with it"
    elif grep --quiet '^AIRFLOW__EDGE__API_URL=$' "$SETTINGS/worker.env"; then
        say "now fill in $SETTINGS/worker.env, then: systemctl start $UNIT"
    else
        systemctl start "$UNIT" # where it runs already, nothing
        say "it runs: journalctl --unit $UNIT --follow"
    fi
}

remove_worker() {
    ! has_systemd || systemctl stop "$UNIT" 2>/dev/null || true
    systemctl disable --quiet "$UNIT" 2>/dev/null || true
    rm -rf "$UNIT_FILE" "$TOP" "$SETTINGS" /var/lib/tier1 /var/cache/tier1 /run/tier1-worker.env
    ! has_systemd || systemctl daemon-reload
    ! id tier1 >/dev/null 2>&1 || userdel tier1
    say "removed, with its settings, secret and logs"
}

main() {
    local python="" now="" archive="" remove=""
    while (($#)); do
        case $1 in
        --python) python=${2:?--python needs a version or a path} && shift ;;
        --now) now=yes ;;
        --remove) remove=yes ;;
        -*) die "No such option: $1" ;;
        *) archive=$1 ;;
        esac
        shift
    done
    ((EUID == 0)) || die "Run this as root."
    if [[ $remove ]]; then
        remove_worker
    else
        [[ $archive ]] || die "Say which archive: install.sh ARCHIVE"
        install_worker "$archive" "$python" "$now"
    fi
}

main "$@"
