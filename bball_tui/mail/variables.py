"""What a template may use: clean one-line texts, checked colours and links, booleans, and nothing else."""

from datetime import date

from bball_tui.mail.context import MessageContext
from bball_tui.mail.facts import ChatFacts, CorrectionFacts, MailFacts, OfferFacts, ReminderFacts, WelcomeFacts
from bball_tui.mail.languages import Words
from bball_tui.mail.values import RenderError, color, https_url, one_line, text_color_on

Value = str | bool | None


def variables(
    context: MessageContext, language: str, words: Words, *, can_reply: bool, today: date
) -> dict[str, Value]:
    """The variables of the mail's kind by name, every text cleaned and every colour and link checked.

    ``language`` is the tag of the template's language and ``words`` writes its days; ``today`` is the day on which the
    mail is written, on the league's clock.

    ``capacity`` is empty when the player signed; ``text_on_brand`` is readable on ``brand_color``; ``can_reply`` says
    whether an answer to this mail reaches somebody. Links are None where there is none, and ``due_on`` where no
    deadline is set.

    Raises:
        RenderError: the brand colour is none, or the mail needs a chat link and there is none.
    """
    facts, brand = context.facts, context.brand
    player_first, player_last = one_line(facts.player_first), one_line(facts.player_last)
    guardian_first, guardian_last = one_line(facts.guardian_first), one_line(facts.guardian_last)
    brand_color = color(brand.brand_color)
    return {
        "language": language,
        "direction": words.direction,
        "player": f"{player_first} {player_last}".strip(),
        "player_first": player_first,
        "player_last": player_last,
        "team": one_line(facts.team),
        "season": one_line(facts.season),
        "guardian": f"{guardian_first} {guardian_last}".strip(),
        "guardian_first": guardian_first,
        "guardian_last": guardian_last,
        "league_name": one_line(brand.league_name),
        "brand_color": brand_color,
        "text_on_brand": text_color_on(brand_color),
        "logo_url": brand.logo_url and https_url(brand.logo_url),
        "can_reply": can_reply,
        **_of_kind(facts, words, context.chat_url and https_url(context.chat_url), today),
    }


def _of_kind(facts: MailFacts, words: Words, chat_url: str | None, today: date) -> dict[str, Value]:
    match facts:
        case WelcomeFacts():
            return {
                "signer": one_line(facts.signer),
                "capacity": words.capacity(facts.capacity),
                "signed_on": words.day(facts.signed_on),
                "chat_url": chat_url,
            }
        case ChatFacts():
            if chat_url is None:
                raise RenderError(
                    "This mail brings the link to the team's chat, and the team has none at the moment. "
                    "Paste the link on the GroupMe tab, and send this mail again."
                )
            return {"chat_url": chat_url}
        case OfferFacts():
            return {
                "offered_on": words.day(facts.offered_on),
                "due_on": None if facts.due_on is None else words.day(facts.due_on),
            }
        case ReminderFacts():
            return {
                "due_on": words.day(facts.due_on),
                "overdue": facts.due_on < today,
                "first_reminder": facts.number == 1,
            }
        case CorrectionFacts(was=was, now=now):
            return {
                "was_signer": one_line(was.signer),
                "was_capacity": words.capacity(was.capacity),
                "was_signed_on": words.day(was.signed_on),
                "signed": now is not None,
                "signer": None if now is None else one_line(now.signer),
                "capacity": None if now is None else words.capacity(now.capacity),
                "signed_on": None if now is None else words.day(now.signed_on),
                "note": one_line(facts.note),
            }
