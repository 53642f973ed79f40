"""Which addresses of the instance a stop takes away, and what is reached at them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address

from ec2_instance.size import Described
from ec2_resize.preflight.check import Check, judge

# A service by its name, and the hosts that it is reached at: names, and the addresses behind them.
Service = tuple[str, Sequence[str]]


def public_ip(instance: Described) -> Iterator[Check]:
    """Check that its public addresses stay.

    A stop gives an address of Amazon's pool back, and a start brings another one only where there is one
    interface: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html
    """
    interfaces = instance.get("NetworkInterfaces", [])
    associations = [interface.get("Association") or {} for interface in interfaces]
    public = [association for association in associations if "PublicIp" in association]
    lost = [each["PublicIp"] for each in public if each.get("IpOwnerId") == "amazon"]
    kept = [f"{each['PublicIp']} stays" for each in public if each.get("IpOwnerId") != "amazon"]
    change = (
        f"is lost at the stop, and no other comes: it has {len(interfaces)} interfaces"
        if len(interfaces) > 1
        else "changes at every stop"
    )
    yield judge(
        "public IP",
        ", ".join([*(f"{address} {change}" for address in lost), *kept]) or "none",
        "Use an Elastic IP or a DNS name that is updated, or reach the instance by its private address.",
        good=not lost,
        otherwise="warning",
    )


def services(instance: Described, needed: Iterable[Service]) -> Iterator[Check]:
    """Check that what the work needs has the same address after the stop."""
    lost, kept = _hosts(instance)
    hosts_of = {name: {plain(host) for host in hosts} for name, hosts in needed}
    if hosts_of:
        yield judge(
            "services",
            "; ".join(f"{name} is {_place(hosts, lost, kept)}" for name, hosts in hosts_of.items()),
            "Reach the service by the instance's private address, or give the instance an Elastic IP: "
            "the stop takes its present public address away.",
            good=not any(hosts & lost for hosts in hosts_of.values()),
        )


def is_on(instance: Described, hosts: Iterable[str]) -> bool:
    """Tell whether one of the hosts is the instance."""
    lost, kept = _hosts(instance)
    return any(plain(host) in lost | kept for host in hosts)


def _place(hosts: set[str], lost: set[str], kept: set[str]) -> str:
    if found := sorted(hosts & lost):
        return f"at {' '.join(found)}, which changes at every stop"
    if found := sorted(hosts & kept):
        return f"at {' '.join(found)}: it restarts with the instance, and is waited for"
    return "elsewhere"


def _hosts(instance: Described) -> tuple[set[str], set[str]]:
    """Return the addresses and names of the instance: those that a stop takes away, and those that stay."""
    interfaces = instance.get("NetworkInterfaces", [])
    addresses = [address for interface in interfaces for address in interface.get("PrivateIpAddresses") or []]
    associations = [found for each in [*interfaces, *addresses] if (found := each.get("Association"))]
    lost = _public([each for each in associations if each.get("IpOwnerId") == "amazon"])
    if instance.get("PublicIpAddress") in lost:
        lost.add(instance.get("PublicDnsName", ""))
    names = {each.get("PrivateDnsName", "") for each in [instance, *interfaces, *addresses]}
    kept = private_addresses(instance) | {plain(host) for host in (_public(associations) - lost) | names}
    return {plain(host) for host in lost} - {""}, kept - {""}


def _public(associations: Iterable[Described]) -> set[str]:
    return {each[key] for each in associations for key in ("PublicIp", "PublicDnsName") if each.get(key)}


def private_addresses(instance: Described) -> set[str]:
    """Return all private addresses of its interfaces, in their shortest form."""
    found: set[str] = set()
    for interface in instance.get("NetworkInterfaces", []):
        found |= {plain(each["PrivateIpAddress"]) for each in interface.get("PrivateIpAddresses") or []}
        found |= {plain(each["Ipv6Address"]) for each in interface.get("Ipv6Addresses") or []}
    return found


def plain(host: str) -> str:
    """Return an address in its shortest form, without its interface, or a name in lower case."""
    host = host.partition("%")[0].rstrip(".").lower()
    try:
        return str(ip_address(host))
    except ValueError:
        return host
