"""The project file, as a shape."""

from __future__ import annotations

import re
from typing import get_args

from orchestrator.spec.between import BETWEEN
from orchestrator.spec.hosts import SERVERS
from orchestrator.spec.model import Os
from orchestrator.spec.server_shape import ONLY_FOR_SERVERS, SERVER_TARGET
from orchestrator.spec.shape import Chosen, Either, Key, Keys, ListOf, MapOf, Unfit, Word
from orchestrator.spec.tree import Scalar
from orchestrator.spec.units import DISK, MACHINE_MEMORY, seconds
from orchestrator.spec.words import (
    NAME_RULE,
    choice,
    flag,
    name,
    parsed,
    text,
    whole,
    written,
)
from providers.contract.types import NAME

MAX_COUNT = 100
_IDENTITY = "machines have no identity towards the cloud; remove the key"
_LATER = {
    "proxy": "there is no proxy yet; publish a port in the Compose file",
    "budget": "costs are not compared yet; remove the key",
    "state": "state is kept in .longshore/ beside this file; remove the key",
}


def _url(written: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+.*", written):
        raise Unfit("")
    return written


def _network(written: str) -> str:
    import ipaddress

    try:
        return str(ipaddress.ip_network(written))
    except ValueError as error:
        if "host bits" in str(error):
            network = ipaddress.ip_network(written, strict=False)
            raise Unfit(f"'{written}' has host bits set", f"write {network}") from None
        raise Unfit("") from None


def _http_path(written: str) -> str:
    if not re.fullmatch(r"/[^\s]*", written):
        raise Unfit("")
    return written


def _wait(written: str) -> float:
    value = float(written) if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", written) else seconds(written)
    if not 1 <= value <= 3600:
        raise Unfit("")
    return value


def _ssh_from_word(node: Scalar) -> str:
    if node.text == "auto":
        return "auto"
    return NETWORK.read(node)


PROVIDER = text("a provider such as aws", r"[a-z][a-z0-9-]*")
REGION = text(
    "a region such as us-east-1, europe-west1 or westeurope",
    r"[a-z][a-z0-9-]*",
    "regions are lower-case",
)
ZONE = text("a zone such as us-east-1a, europe-west1-b or '1'", r"[a-z0-9][a-z0-9-]*")
SUBNET = text("the id or name of a subnet")
COUNT = whole("a whole number", 1, MAX_COUNT)
CPU = whole("a whole number of CPUs", 1, 448)
TYPE = text("a machine type such as t3.small", r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
OS = choice(*get_args(Os))
ARCH = choice("x86_64", "arm64")
MARKET = choice("on-demand", "spot")
SPOT = flag()
AGENT = flag()
URL = parsed("a URL such as https://example.com", _url)
PATH = text("the path of a file")
NETWORK = parsed("an address or network such as 203.0.113.7 or 10.0.0.0/8", _network)
SSH_FROM = Word("auto, an address or a network", _ssh_from_word, {"type": "string"})
HTTP_PATH = parsed("a path such as /health", _http_path, pattern="/.*")
PORT = whole("a port", 1, 65_535)
TIMEOUT = parsed("a time from 1s to 1h such as 60s", _wait, numbers=True)
DELIVER = choice("direct", "registry")
COMPOSE_PATH = text("the path of a Compose file")
PROJECT_NAME = name("a project name")
OPTION = written()

SIZE = Either(
    "a mapping with 'cpu' and 'memory', or a machine type such as t3.small",
    word=TYPE,
    map=Keys(
        {
            "cpu": Key(CPU, "CPUs a machine must have at least."),
            "memory": Key(MACHINE_MEMORY, "Memory a machine must have at least, such as 4GiB."),
        },
        "a mapping with 'cpu' and 'memory'",
        together=True,
    ),
)
_SEVERAL_PROVIDERS = Either(
    f"{PROVIDER.expected}, or a list of them",
    word=PROVIDER,
    items=ListOf(PROVIDER, "a list of providers", least=1),
)
_SEVERAL_REGIONS = Either(
    f"{REGION.expected}, or a list of them",
    word=REGION,
    items=ListOf(REGION, "a list of regions", least=1),
)
TARGET = Keys(
    {
        "provider": Key(
            _SEVERAL_PROVIDERS,
            "The cloud, such as aws, gcp or azure; a list goes with as many regions.",
            "provider: aws",
        ),
        "region": Key(
            _SEVERAL_REGIONS,
            "The cloud's own name of the region; of a list, the next where one has no room.",
            "region: us-east-1 (aws), europe-west1 (gcp) or westeurope (azure)",
        ),
        "zone": Key(ZONE, "One zone of the region; any by default."),
        "subnet": Key(SUBNET, "A subnet of yours; the default network's by default."),
        "count": Key(COUNT, "How many machines; 1 by default."),
        "size": Key(SIZE, "How big a machine is.", "size: {cpu: 2, memory: 4GiB}"),
        "os": Key(OS, "The machine's system; debian-12 by default."),
        "arch": Key(ARCH, "x86_64 (the default) or arm64."),
        "disk": Key(DISK, "Root disk in GiB; 20 by default."),
        "market": Key(MARKET, "on-demand (the default) or spot."),
        "spot": Key(SPOT, "true is short for market: spot."),
    },
    "a mapping that describes the machines",
    {
        "identity": _IDENTITY,
        "address": "each machine gets an address of its own that lasts as long as it does",
        "metadata": "containers never reach the metadata service; remove the key",
    },
    misplaced=ONLY_FOR_SERVERS,
)
"""A target whose machines a cloud makes."""
ANY_TARGET = Chosen("provider", {SERVERS: SERVER_TARGET}, TARGET)
TARGETS = MapOf(ANY_TARGET, "a mapping of targets", NAME, NAME_RULE)
PLACEMENT = MapOf(
    Either(
        "a target or a list of targets",
        word=text("the name of a target"),
        items=ListOf(text("the name of a target"), "a list of targets", least=1),
    ),
    "a mapping from services to targets",
)
HEALTH = MapOf(
    Keys(
        {
            "http": Key(HTTP_PATH, "A path that answers with a status below 400."),
            "tcp": Key(PORT, "The container's port that takes a connection."),
            "port": Key(PORT, "The container's port for http; the service's only one by default."),
            "timeout": Key(TIMEOUT, "How long it may take to come good; 60s by default."),
        },
        "a mapping with 'http' or 'tcp'",
        together=True,
    ),
    "a mapping from services to probes",
)
SSH = Keys(
    {
        "key": Key(PATH, "Your private key; one is made for the project by default."),
        "agent": Key(AGENT, "true signs in with the keys of your SSH agent."),
        "ssh_from": Key(
            Either(
                "auto, a network or a list of networks",
                word=SSH_FROM,
                items=ListOf(NETWORK, "a list of networks", least=1),
            ),
            "Who may reach port 22: auto (your own address) or networks.",
        ),
    },
    "a mapping with 'key', 'agent' or 'ssh_from'",
)
PROVIDERS = MapOf(
    Keys(
        {
            "endpoint": Key(URL, "Another address of the cloud's API."),
            "ca": Key(PATH, "The certificate authority to trust for it."),
            "echo_url": Key(URL, "Answers with the caller's public address as text."),
            "profile": Key(text("the name of a profile"), "A profile of the cloud's own tools."),
            "project": Key(text("the id of a project"), "gcp: the Google Cloud project."),
            "subscription": Key(text("the id of a subscription"), "azure: the subscription."),
            "group": Key(
                text("the name of a resource group"),
                "azure: a resource group of yours to stay inside; one is made by default.",
            ),
            "options": Key(
                MapOf(OPTION, "a mapping of options"), "Another provider's own settings."
            ),
        },
        "a mapping of settings",
    ),
    "a mapping from providers to settings",
    re.compile(r"[a-z][a-z0-9-]*"),
    "a provider such as aws",
)
_DEPLOYMENT = {
    "targets": Key(TARGETS, "Groups of equal machines, by name."),
    "target": Key(ANY_TARGET, "The only group of machines, named main."),
    "placement": Key(PLACEMENT, "Which service runs on which targets; all on all by default."),
    "between": Key(BETWEEN, "Ports that the machines reach on each other, and nobody else."),
}
_SHARED = {
    "health": Key(HEALTH, "How to see from outside that a service is well."),
    "ssh": Key(SSH, "How to sign in to the machines."),
    "providers": Key(PROVIDERS, "Settings of providers."),
    "deliver": Key(
        DELIVER,
        "direct sends every image from here, registry has the machines pull; by default "
        "built images are sent and others are pulled.",
    ),
}
ENVIRONMENT = Keys({**_DEPLOYMENT, **_SHARED}, "a mapping with 'targets'", _LATER)
PROJECT = Keys(
    {
        "name": Key(PROJECT_NAME, "The project's name; part of every label.", "name: shop"),
        "compose": Key(COMPOSE_PATH, "The Compose file; compose.yaml by default."),
        "environments": Key(
            MapOf(ENVIRONMENT, "a mapping of environments", NAME, NAME_RULE),
            "Named deployments, such as production and staging.",
        ),
        **_DEPLOYMENT,
        **_SHARED,
    },
    "a mapping with 'name' and 'targets'",
    {**_LATER, "identity": _IDENTITY},
)
