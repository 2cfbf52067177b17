"""The product's own icons: strokes on a 24 × 24 grid, drawn with the colour of the text around them."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

PATHS = {
    "alert": "M12 3 22 20.5H2zM12 9.5v5M12 17.4v.2",
    "arrow-left": "M20 12H4M10 6l-6 6 6 6",
    "arrow-right": "M4 12h16M14 6l6 6-6 6",
    "building": "M4 21V9l8-5 8 5v12M2 21h20M9 21v-6h6v6M9 11h.1M15 11h.1",
    "calendar": "M4 6h16v15H4zM4 10.5h16M8 3v5M16 3v5",
    "check": "M4.5 12.5 10 18 20 6.5",
    "chevron-down": "M6 9l6 6 6-6",
    "chevron-left": "M15 5l-7 7 7 7",
    "chevron-right": "M9 5l7 7-7 7",
    "clock": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7.5V12l3.5 2.5",
    "cross": "M6 6l12 12M18 6 6 18",
    "document": "M6 3h8l5 5v13H6zM14 3v5h5M9 13h7M9 17h7",
    "download": "M12 4v11M7 10.5l5 5 5-5M4 20h16",
    "external": "M14 4h6v6M20 4l-9 9M17 14v6H4V7h6",
    "filter": "M4 5h16l-6 8v6l-4-2v-4z",
    "globe": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c5 5.5 5 12.5 0 18M12 3c-5 5.5-5 12.5 0 18",
    "history": "M4 12a8 8 0 1 1 2.5 5.8M4 20v-5h5M12 7.5V12l3 2",
    "home": "M3 11.5 12 4l9 7.5M6 9.5V20h12V9.5M10 20v-5h4v5",
    "info": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v6M12 7.4v.2",
    "lock": "M6 11h12v10H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11",
    "mail": "M3 6h18v13H3zM3.5 6.5 12 13l8.5-6.5",
    "map": "M9 4 3 6.5v14L9 18l6 2.5 6-2.5V4l-6 2.5zM9 4v14M15 6.5v14",
    "menu": "M4 6.5h16M4 12h16M4 17.5h16",
    "minus": "M5 12h14",
    "pencil": "M4 20l1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5 17.5 10",
    "people": "M9 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M2.5 20c0-7.5 13-7.5 13 0M15.5 5a3.2 3.2 0 0 1 0 6.3"
    "M18 14.5c2.5.8 3.5 2.8 3.5 5.5",
    "plus": "M12 5v14M5 12h14",
    "print": "M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z",
    "search": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5 21 21",
    "ticket": "M3 8a2.5 2.5 0 0 0 0 8v3h18v-3a2.5 2.5 0 0 1 0-8V5H3zM14 5.5v13",
    "trash": "M4 6.5h16M9 6V3.5h6V6M6.5 6.5 7.5 21h9l1-14.5M10.5 10.5v6.5M13.5 10.5v6.5",
    "upload": "M12 15V4M7 8.5l5-5 5 5M4 20h16",
    "user": "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4 21c0-8.5 16-8.5 16 0",
}


def icon(name: str) -> SafeString:
    """An inline SVG that assistive technology skips: the text beside it must say the same.

    Raises KeyError for a name that is not in PATHS.
    """
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>',
        PATHS[name],
    )
