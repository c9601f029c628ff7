"""A form beside its rules: prices at the choices, an estimate that follows, names that are looked up; nothing late."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from tests.tui.conftest import opened, piloted
from tests.tui.stage import Still, form, lines, until
from wizard.guided.launch import Launch
from wizard.guided.messages import NAME_KEYS, PRICE_KEYS, Named, Priced, Word, texts
from wizard.sandbox import process
from wizard.setup.draft import Draft
from wizard.tui.screens.form import FormScreen
from wizard.tui.widgets.choice import Choice
from wizard.tui.widgets.field import Line

TAKEN = "taken by somebody else: storage account stadrisk; free now: risk2"


def priced(draft: Draft, monthly: float | None = 58.4) -> Priced:
    choices: dict[str, dict[str, float | None]] = {
        "foundation.network": {"nat_gateway": 36.5, "public_egress": None},
        "foundation.event_hubs": {"true": 35.04, "false": 0.0},
    }
    return Priced(texts(draft, PRICE_KEYS), choices, monthly, True, "USD")


def named(draft: Draft, word: Word = ("fix", TAKEN)) -> Named:
    return Named(texts(draft, NAME_KEYS), {"project.domain": word})


async def shown(app: Still, pilot: Pilot[int], words: str) -> str:
    await until(pilot, lambda: words in " ".join(" ".join(lines(app)).split()))
    return "\n".join(lines(app))


@piloted
async def test_the_first_form_asks_what_the_lakehouse_is_called(tmp_path: Path) -> None:
    async with form(tmp_path / "risk", None) as (app, pilot, _draft):
        assert "Domain" in await shown(app, pilot, "Project 1 of 12")


@piloted
async def test_each_choice_shows_its_price_and_what_is_not_known_is_a_word(tmp_path: Path) -> None:
    async with form(tmp_path / "risk", "foundation") as (app, pilot, draft):
        assert "Estimate" not in "\n".join(lines(app))
        app.bridge.post(priced(draft))
        text = await shown(app, pilot, "Estimate USD 58.40 / month")
        assert "(x) NAT gateway     + USD 36.50 / month" in text
        assert "( ) public egress   unknown" in text
        assert "(x) no    + USD 0.00 / month" in text


@piloted
async def test_the_help_of_a_field_tells_default_limits_and_costs(tmp_path: Path) -> None:
    async with form(tmp_path / "risk", "foundation") as (app, pilot, draft):
        app.bridge.post(priced(draft))
        await shown(app, pilot, "+ USD 36.50 / month")
        app.screen.query_one("#field-network").query_one(Choice).focus()
        await pilot.press("f1")
        text = await shown(app, pilot, "Default nat_gateway; with nat_gateway no node")
        assert "NAT gateway + USD 36.50 / month" in text
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, FormScreen))
        app.screen.query_one("#field-monthly_budget").query_one(Line).focus()
        await pilot.press("f1")
        await shown(app, pilot, "Limits more than 0")


@piloted
async def test_an_estimate_of_other_answers_is_not_shown(tmp_path: Path) -> None:
    async with form(tmp_path / "risk", "foundation") as (app, pilot, draft):
        late = priced(draft)
        draft.answer("foundation.event_hubs", "true")
        app.bridge.post(late)
        assert "58.40" not in await shown(app, pilot, "Estimate ▸ checking")
        app.bridge.post(priced(draft, 93.44))
        await shown(app, pilot, "Estimate USD 93.44 / month")
        app.bridge.post(priced(draft, None))
        assert "0.00 / month;" not in await shown(app, pilot, "Estimate unknown: the price list did not answer")


@piloted
async def test_a_name_goes_from_checking_to_what_it_becomes(tmp_path: Path) -> None:
    async with form(tmp_path / "risk", "project") as (app, pilot, draft):
        app.bridge.post(named(draft, ("checking", "whether stadrisk is free")))
        assert "nothing to fix" in await shown(app, pilot, "▸ checking whether stadrisk is free")
        app.bridge.post(named(draft, ("ok", "becomes the storage account stadrisk")))
        await shown(app, pilot, "✓ ok becomes the storage account stadrisk")


@piloted
async def test_a_taken_name_is_to_fix_and_continue_goes_there_first(tmp_path: Path) -> None:
    async with form(tmp_path / "risk", "project") as (app, pilot, draft):
        app.bridge.post(named(draft))
        await shown(app, pilot, "1 thing to fix")
        await shown(app, pilot, "✗ fix taken by somebody else: storage account stadrisk; free now: risk2")
        screen = app.screen
        app.act("next")
        await shown(app, pilot, "Continue once more takes it as it is")
        assert app.screen is screen
        await until(pilot, lambda: app.focused is app.first_to_fix)
        await pilot.press("pagedown")  # from within the field
        await until(pilot, lambda: app.screen is not screen)


@piloted
async def test_what_was_found_of_another_name_is_dropped(tmp_path: Path) -> None:
    async with form(tmp_path / "risk", "project") as (app, pilot, draft):
        late = named(draft)
        draft.answer("project.domain", "other")
        app.bridge.post(late)
        app.bridge.post(priced(draft))  # drawn after it
        text = await shown(app, pilot, "Estimate USD")
        assert "taken by" not in text
        assert "nothing to fix" in text


@piloted
async def test_in_the_sandbox_all_of_it_is_asked_for_as_in_azure(tmp_path: Path) -> None:
    folder = tmp_path / "risk"
    async with opened(Launch(folder, target="sandbox", scenario="name_taken")) as person:
        store = person.app.store
        await person.until(lambda: store.proposed, "proposals")
        await person.button("begin")
        await person.screen("form")

        def domain() -> Word | None:
            if store.named is None or store.draft is None or texts(store.draft, NAME_KEYS) != store.named.asked:
                return None
            return store.named.words.get("project.domain")

        await person.until(lambda: domain() == ("fix", TAKEN), "the name that is taken")
        await person.until(lambda: store.priced is not None and store.priced.monthly, "the estimate")
        await person.press("pagedown")
        await person.until(lambda: isinstance(person.app.focused, Line), "the focus on the domain")
        await person.press("end", "2")
        await person.until(lambda: domain() == ("ok", "becomes the storage account stadrisk2"), "the name that is free")
        first = getattr(person.app.top, "section", None)
        await person.press("pagedown")
        await person.until(lambda: getattr(person.app.top, "section", None) is not first, "the next form")
    assert not process.requests(folder / ".wizard" / "sandbox", mutating=True)
    assert not (folder / "config.yaml").exists(), "nothing is set up by asking"
    process.stop(folder / ".wizard" / "sandbox")
