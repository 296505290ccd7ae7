"""Names and labels of what we make on a machine: how we find our own again."""

from __future__ import annotations

from dataclasses import dataclass

LABEL_PROJECT = "longshore-project"
LABEL_ENVIRONMENT = "longshore-environment"
LABEL_SERVICE = "longshore-service"
LABEL_RELEASE = "longshore-release"
LABEL_CONFIG = "longshore-config"
LABEL_SOURCE = "longshore-source"
LABEL_HOSTS = "longshore-hosts"
"""The names of machines that the container was made with, each with its address."""

DELIVERED = "longshore/delivered"

NEXT = "-next"
PREVIOUS = "-previous"
FAILED = "-failed"


def delivered_name(image_id: str) -> str:
    """The name that an image delivered without a registry has on a machine, by its id in
    the Engine it came from. Image ids differ between Docker's two image stores; this name
    does not, and it keeps pruning from taking the image."""
    return f"{DELIVERED}:{image_id.removeprefix('sha256:')[:24]}"


@dataclass(frozen=True)
class Scope:
    """One environment of one project, on whichever machine."""

    project: str
    environment: str

    @property
    def prefix(self) -> str:
        return f"{self.project}-{self.environment}"

    @property
    def network(self) -> str:
        """The bridge network that its containers share."""
        return self.prefix

    @property
    def labels(self) -> dict[str, str]:
        return {LABEL_PROJECT: self.project, LABEL_ENVIRONMENT: self.environment}

    @property
    def label_filter(self) -> list[str]:
        """The Engine's filter for everything that carries these labels."""
        return [f"{key}={value}" for key, value in self.labels.items()]

    def volume(self, name: str) -> str:
        """The Engine's name of a named volume."""
        return f"{self.prefix}_{name}"

    def container(self, service: str) -> ContainerNames:
        return ContainerNames(f"{self.prefix}-{service}")


@dataclass(frozen=True)
class ContainerNames:
    """The name a service's container has, and those it has on the way there and back."""

    current: str

    @property
    def next(self) -> str:
        """Made, not yet known to be healthy."""
        return self.current + NEXT

    @property
    def previous(self) -> str:
        """Stopped, kept until the next one is healthy."""
        return self.current + PREVIOUS

    @property
    def failed(self) -> str:
        """The last one that did not become healthy, kept for inspection."""
        return self.current + FAILED
