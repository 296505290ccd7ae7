"""Images are matched with machines before anything is made."""

from __future__ import annotations

import pytest

from orchestrator.images.errors import PlatformError
from orchestrator.images.inspection import ImageInfo, check_platform, platform_of

ARM = ImageInfo("sha256:1", "linux/arm64", (), 0)


def test_names_of_platforms() -> None:
    assert (platform_of("x86_64"), platform_of("arm64")) == ("linux/amd64", "linux/arm64")


def test_an_image_for_another_processor_is_refused() -> None:
    check_platform(ARM, "shop/web", "arm64", "us")
    with pytest.raises(PlatformError) as caught:
        check_platform(ARM, "shop/web", "x86_64", "us")
    assert caught.value.message == (
        "shop/web is for linux/arm64, but the machines of target us are linux/amd64"
    )
    assert "linux/amd64" in caught.value.advice
