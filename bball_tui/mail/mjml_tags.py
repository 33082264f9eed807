"""The tags of MJML 4 and their attributes, to find the misspelt ones: the library drops those without a word.

Taken from `allowedAttributes` of the components of mjmlio/mjml (MIT), June 2026.
"""

_PADDING = "padding padding-bottom padding-left padding-right padding-top"
_BORDER = "border border-bottom border-left border-radius border-right border-top"
_FONT = "color font-family font-size font-style font-weight letter-spacing line-height text-decoration text-transform"
_LINK = "href name rel target"

_OWN: dict[str, str] = {
    "mj-accordion": (
        f"{_PADDING} border container-background-color font-family icon-align icon-height icon-position "
        "icon-unwrapped-alt icon-unwrapped-url icon-width icon-wrapped-alt icon-wrapped-url"
    ),
    "mj-accordion-element": (
        "background-color border font-family icon-align icon-height icon-position icon-unwrapped-alt "
        "icon-unwrapped-url icon-width icon-wrapped-alt icon-wrapped-url"
    ),
    "mj-accordion-text": (
        f"{_PADDING} background-color color font-family font-size font-weight letter-spacing line-height"
    ),
    "mj-accordion-title": f"{_PADDING} background-color color font-family font-size font-weight",
    "mj-attributes": "",
    "mj-body": "background-color id title width",
    "mj-breakpoint": "width",
    "mj-button": (
        f"{_PADDING} {_BORDER} {_FONT} {_LINK} align background-color container-background-color height "
        "inner-padding text-align title vertical-align width"
    ),
    "mj-carousel": (
        f"{_PADDING} align border-radius container-background-color icon-width left-icon right-icon "
        "tb-border tb-border-radius tb-hover-border-color tb-selected-border-color tb-width thumbnails"
    ),
    "mj-carousel-image": "alt border-radius href rel src target tb-border tb-border-radius thumbnails-src title",
    "mj-column": (
        f"{_PADDING} {_BORDER} background-color direction inner-background-color inner-border "
        "inner-border-bottom inner-border-left inner-border-radius inner-border-right inner-border-top "
        "vertical-align width"
    ),
    "mj-divider": f"{_PADDING} align border-color border-style border-width container-background-color width",
    "mj-font": "href name",
    "mj-group": "background-color direction vertical-align width",
    "mj-head": "",
    "mj-hero": (
        f"{_PADDING} background-color background-height background-position background-url "
        "background-width border-radius height inner-background-color inner-padding inner-padding-bottom "
        "inner-padding-left inner-padding-right inner-padding-top mode vertical-align"
    ),
    "mj-html-attribute": "name",
    "mj-html-attributes": "",
    "mj-image": (
        f"{_PADDING} {_BORDER} {_LINK} align alt container-background-color fluid-on-mobile font-size "
        "height max-height sizes src srcset title usemap width"
    ),
    "mj-navbar": (
        f"{_PADDING} align base-url hamburger ico-align ico-close ico-color ico-font-family ico-font-size "
        "ico-line-height ico-open ico-padding ico-padding-bottom ico-padding-left ico-padding-right "
        "ico-padding-top ico-text-decoration ico-text-transform"
    ),
    "mj-navbar-link": f"{_PADDING} {_FONT} {_LINK}",
    "mj-preview": "",
    "mj-raw": "position",
    "mj-section": (
        f"{_PADDING} {_BORDER} background-color background-position background-position-x "
        "background-position-y background-repeat background-size background-url direction full-width "
        "gutter text-align text-padding"
    ),
    "mj-selector": "path",
    "mj-social": (
        f"{_PADDING} align border border-radius color container-background-color font-family font-size "
        "font-style font-weight icon-height icon-padding icon-size inner-padding line-height mode "
        "table-layout text-decoration text-padding vertical-align"
    ),
    "mj-social-element": (
        f"{_PADDING} {_LINK} align alt background-color border border-radius color font-family font-size "
        "font-style font-weight icon-height icon-padding icon-position icon-size line-height sizes src "
        "srcset text-decoration text-padding title vertical-align"
    ),
    "mj-spacer": (
        f"{_PADDING} border border-bottom border-left border-right border-top container-background-color height"
    ),
    "mj-style": "inline",
    "mj-table": (
        f"{_PADDING} align border cellpadding cellspacing color container-background-color font-family "
        "font-size font-weight line-height role table-layout vertical-align width"
    ),
    "mj-text": f"{_PADDING} {_FONT} align background-color container-background-color height vertical-align",
    "mj-title": "",
    "mj-wrapper": (
        f"{_PADDING} {_BORDER} background-color background-position background-position-x "
        "background-position-y background-repeat background-size background-url direction full-width gap "
        "gutter text-align text-padding"
    ),
    "mjml": "dir lang owa",
}

ANYWHERE = frozenset({"css-class", "mj-class", "id"})
"""Attributes that every tag takes."""

TAGS: dict[str, frozenset[str]] = {tag: frozenset(names.split()) | ANYWHERE for tag, names in _OWN.items()}
TAGS["mj-all"] = TAGS["mj-class"] = frozenset().union(*TAGS.values())
"""Each tag with its attributes; what is set for all tags, or in a class, may be any of them."""
