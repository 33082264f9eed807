"""The league's staff list, for the tab GroupMe."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from bball_tui.tui.connection import LeagueConnection as League

if TYPE_CHECKING:
    from bball_tui.groupme.staff.staff import StaffRow
    from bball_tui.groupme.staff.staff_form import StaffDraft
    from bball_tui.league.editing.outcome import Loaded, Outcome


class StaffCalls(League):
    """The adults who belong into every group: kept here, and GroupMe is told nothing by any of these."""

    async def list_staff(self) -> list[StaffRow]:
        """The staff by name."""
        from bball_tui.groupme.staff.staff import list_staff

        async with self.session() as session:
            return await list_staff(session, self.league.id)

    async def load_staff(self, staff_id: int) -> Loaded[StaffDraft]:
        """One of them, as a form shows them."""
        from bball_tui.groupme.staff.staff_form import load_staff
        from bball_tui.league.editing.outcome import Loaded

        async with self.session() as session:
            return Loaded(staff_id, 0, await load_staff(session, self.league.id, staff_id))

    async def save_staff(self, draft: StaffDraft, base: Loaded[StaffDraft] | None) -> Outcome:
        """Add somebody (no ``base``), or write what changed."""
        from bball_tui.groupme.staff.staff_form import StaffOvertaken, StaffSaved, StaffWrong, save_staff
        from bball_tui.league.editing.outcome import Difference, Loaded, Overtaken, Problem, Saved, Wrong
        from bball_tui.league.facts import read_desk

        staff_id, before = (None, None) if base is None else (base.id, base.draft)
        async with self.session() as session:
            outcome = await save_staff(session, self.league.id, draft, staff_id, before)
            match outcome:
                case StaffWrong(problems):
                    return Wrong(tuple(Problem(name, text) for name, text in problems))
                case StaffOvertaken(by, at, now) if base is not None:
                    differences = tuple(
                        Difference(name, getattr(base.draft, name), getattr(now, name), getattr(draft, name))
                        for name in (field.name for field in fields(now))
                        if getattr(now, name) not in (getattr(base.draft, name), getattr(draft, name))
                    )
                    desk = await read_desk(session, self.league.id)
                    when = "an unknown time" if at is None else desk.at(at)
                    return Overtaken(by or "somebody else", when, differences, Loaded(base.id, 0, now))
                case StaffSaved(saved_id, changed):
                    return Saved(saved_id, changed)
            raise AssertionError("nobody can be quicker with somebody new")

    async def take_off_staff(self, staff_id: int) -> str:
        """Forget somebody; the name."""
        from bball_tui.groupme.staff.staff import take_off_list

        async with self.session() as session:
            return await take_off_list(session, self.league.id, staff_id)
