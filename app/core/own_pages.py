"""Whether an address is a page of this site, and whether one of its pages sent a request."""

from __future__ import annotations


def is_own_page(address: str, host: str = "") -> bool:
    """Whether a browser that is sent to `address` stays on this site: a path, and nothing it would read as a host.

    `host`, the name the site was asked under, lets a whole address of the site pass too, as a referrer or a link
    kept by the browser has it, under either scheme: the proxy in front may speak another one than we hear.
    """
    sites = (f"http://{host}", f"https://{host}") if host else ()
    path = next((address.removeprefix(site) for site in sites if address.startswith(site)), address)
    # a browser reads «//», also written with a backslash, as the beginning of a host, and leaves out tabs and lines
    return path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()


def is_sent_by_own_page(fetch_site: str | None) -> bool:
    """Whether a form was sent by a page of this site, by what the browser says in `Sec-Fetch-Site`.

    No page can set this header or leave it out, as it can the referrer; a browser too old to send it proves nothing.
    """
    return fetch_site == "same-origin"
