"""The judgement of lists of sizes and quotas, where no cloud says such a thing often."""

from __future__ import annotations

from wizard.cloud.arm import Sku, Usage
from wizard.steps.quota import Room, weighed

FAMILY = "standardDSv2Family"
DS3, DS4 = Sku("Standard_DS3_v2", FAMILY, 4), Sku("Standard_DS4_v2", FAMILY, 8)


def rows(family: tuple[int, int], cores: tuple[int, int]) -> dict[str, Usage]:
    """Used and limit of both rows."""
    return {FAMILY: Usage(FAMILY, "DSv2", *family), "cores": Usage("cores", "Total", *cores)}


def test_a_size_for_which_azure_names_no_quota_is_unknown() -> None:
    told = weighed([DS3], {}, "eastus", DS3.name)
    assert told.room is Room.UNKNOWN
    assert [found.state for found in told.found] == ["unknown"]


def test_a_size_whose_cores_are_not_told_is_unknown() -> None:
    assert weighed([Sku(DS3.name, FAMILY, 0)], rows((0, 20), (0, 20)), "eastus", DS3.name).room is Room.UNKNOWN


def test_a_quota_in_use_that_would_be_enough_is_told_apart_from_one_that_never_is() -> None:
    in_use = weighed([DS3, DS4], rows((18, 20), (18, 20)), "eastus", DS4.name)
    assert (in_use.room, [row.name for row in in_use.short]) == (Room.SHORT, ["cores", FAMILY])
    too_small = weighed([DS3, DS4], rows((0, 4), (0, 20)), "eastus", DS4.name)
    assert (too_small.room, too_small.short, too_small.fits) == (Room.SHORT, (), (DS3.name,))


def test_what_is_more_than_used_up_has_nothing_free() -> None:
    assert weighed([DS3], rows((30, 20), (0, 20)), "eastus", DS3.name).why.endswith("DSv2: 4 vCPU needed, 0 of 20 free")


def test_only_what_can_be_a_node_is_proposed() -> None:
    odd = [
        Sku(name, FAMILY, 4)
        for name in ("Standard_B4ms", "Standard_DC4s_v3", "Standard_D4ps_v5", "Standard_NC4as_T4_v3", "Standard_M8-4ms")
    ]
    told = weighed([*odd, DS3, Sku("Standard_E4ds_v5", FAMILY, 4)], rows((0, 20), (0, 20)), "eastus", "Standard_None")
    assert told.fits == (DS3.name, "Standard_E4ds_v5")
