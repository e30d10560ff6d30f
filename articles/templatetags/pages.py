"""Template filters for public pages."""

from dataclasses import replace

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from articles.care import advice, phone_links
from articles.care.emergencies import CRISIS_SUBJECTS, POISON_SUBJECTS
from articles.content import diff, kinds
from articles.content.document import SAME_FOR_EVERYONE
from articles.links import display
from articles.richtext import anchors, attributes, raised, sign_marks, tables
from articles.templatetags import printing

register = template.Library()


@register.filter
def at(mapping, key):
    """The value of a mapping at a key, or an empty string."""
    if not mapping:
        return ""
    return mapping.get(key, "")


@register.filter
def count_parts(changes):
    """In how many parts of a page these changes are."""
    return diff.count_parts(changes)


@register.filter
def anchored(html):
    """A signed text with anchors on its headings, and their list.

    It is without foreign attributes already, so that ``rich`` leaves the anchors.
    """
    found = anchors.add_anchors(attributes.remove_foreign(html))
    return replace(found, html=mark_safe(found.html))  # noqa: S308 - made safe wherever it is saved


@register.filter
def rich(html):
    """Signed rich text as it is printed, in which wide tables scroll within themselves.

    A hidden sign keeps 10 and a raised 9 apart where somebody copies them as plain text.
    Foreign attributes, which texts that were signed earlier may have, are not printed.
    """
    if not isinstance(html, SafeString):
        html = attributes.remove_foreign(html)
    html = raised.keep_figures_apart(html)
    return mark_safe(tables.make_scrollable(html))  # noqa: S308 - made safe wherever it is saved


@register.simple_block_tag(takes_context=True)
def dialled(context, content):
    """Its content. On public pages the telephone numbers of the site become links.

    On staff pages each unusual sign has a mark with its name; evidence shows the text alone.
    """
    if context.get("state") == "evidence":
        return content
    if not context.get("public"):
        return mark_safe(sign_marks.mark_unusual(content))  # noqa: S308 - rendered before
    return mark_safe(phone_links.link_phone_numbers(content))  # noqa: S308 - rendered before


@register.simple_block_tag(takes_context=True)
def followed(context, content):
    """Its content; where visitors read it, links of signed texts lead to where pages are now."""
    changes = context.get("link_changes")
    if not changes:
        return content
    return mark_safe(display.follow_links(content, changes))  # noqa: S308 - rendered before


@register.simple_tag(takes_context=True)
def advice_of(context, document):
    """The gravest care card of a document, as ``care_cards_of`` gives it; None if it has none."""
    cards = care_cards_of(context, document)
    return cards[0] if cards else None


@register.simple_tag(takes_context=True)
def care_cards_of(context, document):
    """The care cards of a document as visitors read them or, on staff pages, as they were signed.

    The gravest comes first.
    """
    return advice.present_cards(document, for_visitors=bool(context.get("public")))


@register.filter
def same_for_everyone(document):
    """What a page says if its cards are the same for all groups of people; otherwise nothing."""
    return SAME_FOR_EVERYONE if document.same_for_everyone else ""


@register.filter
def number_to_call(card):
    """The emergency number that the text of a red card asks visitors to call.

    Nothing where its heading has the number already, and where the text has no link.
    """
    number = settings.EMERGENCY_NUMBER
    is_asked = f'href="tel:{number}"' in card.html and number not in card.label
    return number if card.is_emergency and is_asked else ""


@register.filter
def needs_poison_line(document):
    """Whether the poison line helps in the emergency that a page is about."""
    return document.subject in POISON_SUBJECTS


@register.filter
def needs_crisis_line(document):
    """Whether the crisis line may help in the emergency that a page is about.

    Not where the page shows it anyway, as somebody signed.
    """
    return document.subject in CRISIS_SUBJECTS and not document.shows_crisis_line


@register.filter
def figures_at(document, place):
    """The figures at a place of the page; those with an unknown place come at the first place."""
    places = list(kinds.get(document.kind).figure_places)
    found = []
    for figure in document.figures:
        figure_place = figure.place if figure.place in places else places[0]
        if figure_place == place:
            found.append(figure)
    return found


@register.filter
def in_words(day):
    """A day as people read it, as ``date:"j F Y"`` writes it: 30 November 2026."""
    return printing.write_day(day)


@register.filter
def grouped(number):
    """A whole number as people read it: 12,000."""
    return f"{number:,}"


@register.filter
def first(items, count: int) -> list:
    """The first of some items, up to a count."""
    return list(items)[:count]


@register.filter
def beyond(items, count: int) -> int:
    """How many items there are beyond a count."""
    return max(0, len(items) - count)
