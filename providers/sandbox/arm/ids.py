"""Resource ids, which ARM compares without regard to case."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ResourceId:
    """One resource in a resource group: `types` and `names` go side by side, the parent's
    before the child's. Spelled as the resource is, not as a caller happens to spell it."""

    subscription: str
    group: str
    namespace: str
    types: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def type(self) -> str:
        """The whole type: `Microsoft.Network/virtualNetworks/subnets`."""
        return "/".join((self.namespace, *self.types))

    @property
    def name(self) -> str:
        """The last name."""
        return self.names[-1]

    @property
    def key(self) -> str:
        """What two spellings of the same id have in common."""
        return str(self).lower()

    @property
    def parent(self) -> ResourceId:
        """The resource that this one is part of."""
        return ResourceId(
            self.subscription, self.group, self.namespace, self.types[:-1], self.names[:-1]
        )

    def child(self, kind: str, name: str) -> ResourceId:
        """A resource that is part of this one."""
        return ResourceId(
            self.subscription,
            self.group,
            self.namespace,
            (*self.types, kind),
            (*self.names, name),
        )

    def __str__(self) -> str:
        pairs = "/".join(f"{a}/{b}" for a, b in zip(self.types, self.names, strict=True))
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
            f"/providers/{self.namespace}/{pairs}"
        )


def parse_id(text: str) -> ResourceId | None:
    """The id in a text, as it is spelled there; None where there is none."""
    parts = text.strip("/").split("/")
    if len(parts) < 8 or len(parts) % 2:
        return None
    words = [part.lower() for part in parts]
    if (words[0], words[2], words[4]) != ("subscriptions", "resourcegroups", "providers"):
        return None
    if not all(parts):
        return None
    return ResourceId(parts[1], parts[3], parts[5], tuple(parts[6::2]), tuple(parts[7::2]))
