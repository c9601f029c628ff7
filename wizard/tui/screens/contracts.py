"""The contracts: a list, the columns of one as a table that is edited in place, and the file that comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from lakehouse_jobs.contract.model import Contract
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.css.query import NoMatches
from textual.widgets import DataTable, OptionList, Static
from textual.widgets.option_list import Option

from wizard.contracts.edit import judged
from wizard.guided.desk import Entry
from wizard.text import _
from wizard.tui import contracts_deeds as deeds
from wizard.tui.actions import CONTRACTS
from wizard.tui.screens import contracts_rows as told
from wizard.tui.screens.contracts_ask import Asker
from wizard.tui.screens.contracts_coming import Coming
from wizard.tui.screens.contracts_rows import COLUMNS, WORKFLOW
from wizard.tui.screens.dialogues import Ask, Show
from wizard.tui.widgets.buttons import ActionRow, ButtonRow
from wizard.tui.widgets.grid import Grid

COMING, MAIN = ("new_contract", "from_file", "import_contract"), ("save_contracts", "edit_cell", "open_editor")
TOLD = 4  # lines beside the list


class Contracts(OptionList, inherit_bindings=False):
    """The list; what is under its cursor is on the screen. PgUp and PgDn belong to the screen."""

    BINDINGS = [  # noqa: RUF012 - Textual's own form
        each for each in OptionList.BINDINGS if getattr(each, "key", "") not in ("pageup", "pagedown")
    ]


class ContractsScreen(Coming):
    kind = CONTRACTS

    def __init__(self, at: int = 0, page: str = COLUMNS) -> None:
        super().__init__()
        self._at, self._page = at, page  # of `desk.models()`, and which table
        self._options: list[Content] = []
        self._shown = "", 0  # the YAML, and how wide
        self._begins: list[int] = []  # by line of the YAML: its first line on the screen
        self._word = ""  # of what was done last

    def again(self) -> ContractsScreen:
        return ContractsScreen(self._at, self._page)

    @property
    def here(self) -> tuple[Entry | None, int]:
        """The contract and the model in view."""
        found = list(self.desk.models())
        return found[min(self._at, len(found) - 1)] if found else (None, 0)

    def parts(self) -> ComposeResult:
        yield Static(id="contracts-title")
        with Horizontal(id="contracts-body"):
            with Vertical(id="contracts-work"):
                with Horizontal(id="contracts-top"):
                    yield Contracts(id="contracts", compact=True)
                    yield Static(id="contracts-told")
                yield ActionRow(self.kind, COMING)
                yield Grid(id="contracts-table")
                yield Static(id="contracts-word")
            with Vertical(id="contracts-yaml"):
                yield Static(id="yaml-title")
                with VerticalScroll(id="yaml", can_focus=False):
                    yield Static(id="yaml-text")
        yield ButtonRow(self.kind, MAIN)

    def on_mount(self) -> None:
        super().on_mount()
        for entry in self.desk.entries:
            if not entry.current:
                self._judge(entry)
        self._look_at_sample()

    def draw(self) -> None:
        if not self.ready:
            return
        desk, symbols = self.desk, self.wizard.symbols
        entry, number = self.here
        step = self.wizard.store.steps.get("contracts")
        self.query_one("#contracts-title", Static).update(told.title(desk, step.number if step else 0, self._page))
        self._draw_list()
        lines = [*entry.told, *entry.form] if entry is not None else []
        self.query_one("#contracts-told", Static).update(Content("\n".join(lines[:TOLD])))
        self._draw_table(entry, number)
        said, more = self._word or self.wizard.store.said, ""
        if entry is not None and entry.draft is not None:
            more = told.about(entry.draft, number, self._page, self.query_one(Grid).cursor_row)
        word = Content(said) if said else told.word(desk, entry, symbols, more)
        self.query_one("#contracts-word", Static).update(word)
        self._draw_yaml(entry, number)
        for row in self.query(ActionRow):
            row.draw(self.view)
        super().draw()

    def _draw_list(self) -> None:
        found = self.query_one(Contracts)
        options = [told.option(self.desk, entry, number, self.wizard.symbols) for entry, number in self.desk.models()]
        if [each.markup for each in options] == [each.markup for each in self._options]:
            return
        if len(options) == len(self._options):
            for at, option in enumerate(options):
                found.replace_option_prompt_at_index(at, option)
        else:
            found.clear_options()
            found.add_options([Option(option) for option in options])
            found.highlighted = min(self._at, len(options) - 1) if options else None
        self._options = options

    def _draw_table(self, entry: Entry | None, number: int) -> None:
        grid = self.query_one(Grid)
        width = max(20, grid.size.width)
        if entry is None or entry.draft is None:
            grid.draw((), ())
        elif self._page == WORKFLOW:
            grid.draw(*told.workflow(entry.draft, number, width))
        else:
            grid.draw(*told.columns(entry.draft, number, entry.rows.get(number), width))

    def _draw_yaml(self, entry: Entry | None, number: int) -> None:
        text, pane = entry.text if entry is not None else "", self.query_one("#yaml", VerticalScroll)
        title = _("{name}, live, read only", name=entry.path) if entry is not None else ""
        self.query_one("#yaml-title", Static).update(title)
        width = pane.scrollable_content_region.width
        if (text, width) != self._shown:
            self._shown = text, width
            lines, self._begins = told.folded(text, width)
            self.query_one("#yaml-text", Static).update(Content("\n".join(lines)))
        if entry is not None and self._page == COLUMNS and self._begins:
            line = entry.place(number, self.query_one(Grid).cursor_row)
            pane.scroll_to(y=self._begins[min(line, len(self._begins)) - 1], animate=False)

    # what is chosen

    @on(OptionList.OptionHighlighted, "#contracts")
    def show(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_index != self._at and event.option_index < len(self._options):
            self._at, self._word = event.option_index, ""
            self.draw()
            self._look_at_sample()

    @on(OptionList.OptionSelected, "#contracts")
    def enter(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.query_one(Grid).focus()

    @on(DataTable.CellHighlighted)
    def follow(self, event: DataTable.CellHighlighted) -> None:
        event.stop()
        if self.ready and self._composed:
            self.draw()

    @on(DataTable.CellSelected)
    def take(self, event: DataTable.CellSelected) -> None:
        event.stop()
        self.do_edit_cell()

    def choose(self, entry: Entry) -> None:
        """Show an entry, with the focus in its table, or where something is to be done about it."""
        found = [each for each, _number in self.desk.models()]
        self._at, self._word = found.index(entry), ""
        self.draw()
        self.query_one(Contracts).highlighted = self._at
        if entry.draft is not None:
            self.query_one(Grid).focus()
        else:
            self.query_one("#button-open_editor").focus()

    def say(self, words: str) -> None:
        self._word = words
        self.draw()

    # what is edited

    def _asker(self) -> Asker | None:
        entry, number = self.here
        if entry is None or entry.draft is None:
            self.say(_("It cannot be read as a contract; open it in the editor"))
            return None
        return Asker(self, self.wizard.symbols, entry.draft, number)

    def do_edit_cell(self) -> None:
        asker, grid = self._asker(), self.query_one(Grid)
        if asker is None:
            return
        at = grid.cursor_row
        self._edit(asker.setting(at) if self._page == WORKFLOW else asker.cell(at, grid.head))

    def _edit(self, asked: Awaitable[object]) -> None:
        self.run_worker(self._edited(asked), exclusive=True, group="edit")

    async def _edited(self, asked: Awaitable[object]) -> None:
        entry, _number = self.here
        before = entry.draft.contract if entry is not None and entry.draft is not None else None
        await asked
        if entry is not None and entry.draft is not None and entry.draft.contract != before:
            self._changed(entry)
        self.query_one(Grid).focus()

    def _changed(self, entry: Entry) -> None:
        entry.edited()
        self._word = self.wizard.store.said = ""
        self._judge(entry)
        self.draw()

    def _judge(self, entry: Entry) -> None:
        if entry.draft is not None:
            self.run_worker(self._judged(entry, entry.draft.contract), exclusive=True, group=f"judge-{entry.file}")

    async def _judged(self, entry: Entry, contract: Contract) -> None:
        """Beside the keys: a wide contract takes its time. What came after it is judged by its own."""
        entry.take(await asyncio.to_thread(judged, contract, entry.path))
        self.draw()

    def do_add_column(self) -> None:
        if (asker := self._asker()) is not None and self._page == COLUMNS:
            self._edit(self._added(asker))

    async def _added(self, asker: Asker) -> None:
        at = await asker.add()
        if at is not None:
            self.draw()
            self.query_one(Grid).go(at, 1)

    def do_remove_column(self) -> None:
        entry, number = self.here
        grid = self.query_one(Grid)
        if entry is None or entry.draft is None or self._page != COLUMNS or not grid.row_count:
            return
        draft, at = entry.draft, grid.cursor_row
        name = draft.model(number).fields[at].name
        text = _("Silver keeps the column, with nothing in it from the next run on; its rules go. The file keeps what "
                 "it was until you save.")  # fmt: skip

        def answered(answer: str | None) -> None:
            if answer == "remove":
                draft.remove_column(number, at)
                self._changed(entry)

        answers = [("keep", _("Keep it")), ("remove", _("Remove the column"))]
        self.app.push_screen(Ask(_("Remove {column}?", column=name), text, answers), answered)

    def do_remove_contract(self) -> None:
        entry, _number = self.here
        if entry is None:
            return

        def answered(answer: str | None) -> None:
            if answer == "remove" and entry is not None:
                self.desk.remove(entry)
                self._at = max(0, min(self._at, len(list(self.desk.models())) - 1))
                self.draw()

        text = _("Its file, its tables and its job stay where they are; the journey runs it no more. Remove the job in "
                 "the workspace if nobody starts it.")  # fmt: skip
        answers = [("keep", _("Keep it")), ("remove", _("Take it from the list"))]
        self.app.push_screen(Ask(_("Take {name} from the list?", name=entry.name), text, answers), answered)

    # where to go

    def do_workflow(self) -> None:
        self._turn(WORKFLOW)

    def do_columns(self) -> None:
        self._turn(COLUMNS)

    def _turn(self, page: str) -> None:
        if self._page != page and self.here[0] is not None:
            self._page, self._word = page, ""
            self.query_one(Grid).draw((), ())
            self.draw()
            self.query_one(Grid).go(0, 1)
            self.query_one(Grid).focus()

    def do_yaml(self) -> None:
        entry, _number = self.here
        if entry is not None:
            self.app.push_screen(Show(entry.path, Content(entry.text), wide=True))

    def do_save_contracts(self) -> None:
        """On, where all is well; else to what is to be fixed first."""
        for entry in self.desk.entries:
            entry.judge()
        if self.desk.to_fix:
            self.choose(self.desk.to_fix[0])
        elif not self.desk.entries:
            self.say(_("One contract is needed at least"))
        else:
            deeds.done(self.wizard)

    def do_back(self) -> None:
        if self._page == WORKFLOW:
            self._turn(COLUMNS)
        else:
            deeds.back(self.wizard)

    @property
    def ready(self) -> bool:
        try:
            return super().ready and all(self.query_one(each) for each in ("#contracts", "#yaml-text", Grid))
        except NoMatches:
            return False
