"""What a template may use: clean one-line texts, checked colors and links, booleans, and nothing else."""

from datetime import date

from bball_tui.mail.context import MessageContext
from bball_tui.mail.kinds.base import Value
from bball_tui.mail.languages import Words
from bball_tui.mail.safe_values import color, https_url, one_line, text_color_on


def variables(
    context: MessageContext, language: str, words: Words, *, can_reply: bool, today: date
) -> dict[str, Value]:
    """The variables of the mail's kind by name, every text cleaned and every color and link checked.

    A text that staff wrote has many lines, and markup of our own in it.

    ``language`` is the tag of the template's language and ``words`` writes its days; ``today`` is the day on which the
    mail is written, on the league's clock.

    ``capacity`` is empty when the player signed; ``text_on_brand`` is readable on ``brand_color``; ``can_reply`` says
    whether an answer to this mail reaches somebody; ``unsubscribe_to`` is for those who want no more of them. Links are
    None where there is none, and ``due_on`` where no deadline is set.

    Raises:
        RenderError: the brand color is none, or the mail needs a chat link and there is none.
    """
    facts, brand = context.facts, context.brand
    player_first, player_last = one_line(facts.player_first), one_line(facts.player_last)
    guardian_first, guardian_last = one_line(facts.guardian_first), one_line(facts.guardian_last)
    brand_color = color(brand.brand_color)
    values: dict[str, Value] = {
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
        "unsubscribe_to": brand.unsubscribe_to if facts.can_leave else None,
        **facts.variables(words, context.chat_url and https_url(context.chat_url), today),
    }
    return {**values, **facts.composed(values)}
