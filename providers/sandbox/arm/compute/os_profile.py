"""The operating system's profile: who signs in, and what the machine is told."""

from __future__ import annotations

import base64
import binascii
import json
import re

from providers.sandbox.arm.document import Document, at
from providers.sandbox.arm.refusals import invalid_parameter, refuse
from providers.sandbox.machine import Seed

CUSTOM_DATA = 87380  # characters of base64, which is 64 KiB
COMPUTER_NAME = 64  # characters, for Linux
USER = re.compile(r"[a-z_][a-z0-9_-]{0,63}", re.IGNORECASE)
# "What are the username requirements when creating a VM?", Linux FAQ.
FORBIDDEN = (
    "1 123 a actuser adm admin admin1 admin2 administrator aspnet backup console david guest "
    "john owner root server sql support support_388945a0 sys test test1 test2 test3 user user1 "
    "user2 user3 user4 user5 video"
)
FORBIDDEN_USERS = frozenset(FORBIDDEN.split(" "))
KEY = re.compile(r"(ssh-rsa|ssh-ed25519)\s+([A-Za-z0-9+/]+={0,2})(\s.*)?", re.DOTALL)


def check_os_profile(properties: Document) -> None:
    """Raises RestRefusal for a profile that no machine can be made with."""
    profile = properties.get("osProfile")
    if profile is None:
        raise invalid_parameter("Required parameter 'osProfile' is missing (null).", "osProfile")
    for name in ("computerName", "adminUsername"):
        if not profile.get(name):
            raise invalid_parameter(
                f"Required parameter 'osProfile.{name}' is missing (null).", f"osProfile.{name}"
            )
    _check_names(profile)
    _check_sign_in(profile)
    _check_custom_data(profile.get("customData"))


def _check_names(profile: Document) -> None:
    computer, user = profile["computerName"], profile["adminUsername"]
    if len(computer) > COMPUTER_NAME or not re.fullmatch(
        r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", computer
    ):
        raise invalid_parameter(
            "Linux host name cannot exceed 64 characters in length or contain the following "
            "characters: ` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\\\ | ; : ' \" , < > / ?.",
            "computerName",
        )
    if user.lower() in FORBIDDEN_USERS:
        raise invalid_parameter(
            "The Admin Username specified is not allowed. For more information about disallowed "
            "usernames, see https://aka.ms/vmosprofile",
            "adminUsername",
        )
    if not USER.fullmatch(user):
        raise invalid_parameter(
            "The Admin Username specified is not valid: it starts with a letter or underscore, "
            "holds letters, digits, hyphens and underscores, and has at most 64 characters.",
            "adminUsername",
        )


def _check_sign_in(profile: Document) -> None:
    keys = at(profile, "linuxConfiguration", "ssh", "publicKeys") or []
    disabled = at(profile, "linuxConfiguration", "disablePasswordAuthentication")
    if not keys and (disabled or not profile.get("adminPassword")):
        raise invalid_parameter(
            "Authentication using either SSH or by user name and password must be enabled in "
            "Linux profile.",
            "linuxConfiguration",
        )
    if disabled and profile.get("adminPassword"):
        raise invalid_parameter(
            "The parameter adminPassword is not allowed with disablePasswordAuthentication.",
            "adminPassword",
        )
    wanted = f"/home/{profile['adminUsername']}/.ssh/authorized_keys"
    for key in keys:
        if key.get("path", wanted) != wanted:
            raise invalid_parameter(
                "Destination path for SSH public keys is currently limited to its default value "
                f"{wanted} due to a known issue in Linux provisioning agent.",
                "linuxConfiguration.ssh.publicKeys.path",
            )
        if not KEY.fullmatch(str(key.get("keyData", "")).strip()):
            raise invalid_parameter(
                "The value of parameter linuxConfiguration.ssh.publicKeys.keyData is invalid.",
                "linuxConfiguration.ssh.publicKeys.keyData",
            )


def _check_custom_data(text: str | None) -> None:
    if not text:
        return
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        fits = False
    else:
        fits = len(text) <= CUSTOM_DATA
    if not fits:
        raise invalid_parameter(
            "Custom data in OSProfile must be in Base64 encoding and with a maximum length of "
            f"{CUSTOM_DATA} characters.",
            "customData",
        )


def seed_of(properties: Document) -> Seed:
    """What the machine reads when it boots. Azure's data source makes the administrator the
    image's default user; here vendor data do, which come before the user data likewise."""
    profile = properties["osProfile"]
    keys = at(profile, "linuxConfiguration", "ssh", "publicKeys") or []
    lines = [str(key["keyData"]).strip() for key in keys]
    vendor = {"user": {"name": profile["adminUsername"]}, "ssh_authorized_keys": lines}
    return Seed(
        hostname=profile["computerName"],
        public_key=lines[0] if lines else "",
        user_data=base64.b64decode(profile.get("customData") or ""),
        vendor_data=f"#cloud-config\n{json.dumps(vendor)}\n".encode(),
    )


IMMUTABLE = (
    ("osProfile", "computerName"),
    ("osProfile", "adminUsername"),
    ("osProfile", "customData"),
    ("osProfile", "linuxConfiguration", "ssh", "publicKeys"),
    ("osProfile", "linuxConfiguration", "disablePasswordAuthentication"),
    ("storageProfile", "imageReference", "publisher"),
    ("storageProfile", "imageReference", "offer"),
    ("storageProfile", "imageReference", "sku"),
    ("storageProfile", "imageReference", "version"),
    ("storageProfile", "osDisk", "name"),
    ("storageProfile", "osDisk", "createOption"),
    ("storageProfile", "osDisk", "managedDisk", "storageAccountType"),
    ("priority",),
    ("evictionPolicy",),
    ("securityProfile", "securityType"),
)


def check_unchanged(old: Document, new: Document) -> None:
    """Raises RestRefusal where a PUT would change what stays as it was made. What the new
    document leaves out stays, since reading a machine does not give all of it back."""
    for path in IMMUTABLE:
        wanted = at(new, *path)
        if wanted is not None and wanted != at(old, *path):
            name = ".".join(path)
            raise refuse(
                409,
                "PropertyChangeNotAllowed",
                f"Changing property '{name}' is not allowed.",
                target=name,
            )
