"""Reads feed documents as Debian's feedparser does: paths come in as a JSON list, what it sees goes out as JSON."""

import json
import sys

import feedparser


def instant(parsed):
    return None if parsed is None else "%04d-%02d-%02dT%02d:%02d:%02dZ" % parsed[:6]


def seen(path):
    with open(path, "rb") as file:
        feed = feedparser.parse(file.read(), sanitize_html=False, resolve_relative_uris=False)
    return {
        "broken": str(feed.bozo_exception) if feed.bozo else None,
        "title": feed.feed.get("title"),
        "entries": [
            {
                "id": entry.get("id"),
                "url": entry.get("link"),
                "title": entry.get("title"),
                "published": instant(entry.get("published_parsed")),
                "updated": instant(entry.get("updated_parsed")),
                "content": (entry.get("content") or [{}])[0].get("value"),
                "summary": entry.get("summary"),
                "authors": [author.get("name") for author in entry.get("authors", [])],
                "tags": [tag.get("term") for tag in entry.get("tags", [])],
            }
            for entry in feed.entries
        ],
    }


json.dump([seen(path) for path in json.load(sys.stdin)], sys.stdout)
