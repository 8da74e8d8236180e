"""What other sites show: /embed in a frame, /embed.js that makes it, /oembed that editors ask."""
import html.parser
import json
import re
import urllib.parse
import xml.etree.ElementTree as xml

import pytest
from conftest import serving
from test_http import assert_strict

HTML = {"Accept": "text/html"}
N_OF_MARTIGUES = "/collections/initiatives/items?commune=13056&resultType=hits"


def oembed(server, target, **parameters):
    url = target if target.startswith("http") else server.url + target
    return server.get("/oembed?" + urllib.parse.urlencode({"url": url, **parameters}))


def frame_of(text):
    """The attributes of the one element that an oEmbed answer holds."""
    element = xml.fromstring(text)
    assert element.tag == "iframe" and not element.text and len(element) == 0
    return element.attrib


# ---- /embed ----

def test_search_engines_are_led_to_the_page(server):
    for target, page in (("/embed?commune=13056", "/liste?commune=13056"),
                         ("/embed?id=5", "/initiatives/5"), ("/embed", "/liste")):
        text = server.get(target, headers={"Accept": "text/html"}).body.decode()
        assert f'<link rel="canonical" href="{server.url}{page}">' in text
        assert "noindex" not in text
    assert "noindex" in server.get("/embed?axe=9", headers={"Accept": "text/html"}).body.decode()


def test_the_list_is_that_of_the_filter(server):
    wanted = server.json("/collections/initiatives/items?commune=13056&sortby=-date&limit=20"
                         "&profile=compact")
    answer = server.json("/embed?commune=13056")
    assert answer["features"] == wanted["features"]
    assert answer["numberMatched"] == wanted["numberMatched"] > 20
    assert answer["subject"] == "Martigues"
    text = server.get("/embed?commune=13056", HTML).body.decode()
    for feature in wanted["features"]:
        assert feature["properties"]["titre"].replace("'", "&#39;") in text \
            or feature["properties"]["titre"] in text
        assert f"/{feature['id']}\"" in text


def test_every_page_of_the_list_comes_once(server):
    seen, target = [], "/embed?departement=13&limit=100&couleur=c0392b&titre=Chez+nous"
    while target:
        answer = server.json(target)
        seen += [feature["id"] for feature in answer["features"]]
        following = [link["href"] for link in answer["links"] if link["rel"] == "next"]
        target = following[0][len(server.url):] if following else None
        assert not target or ("couleur=c0392b" in target and "titre=Chez" in target)
    assert len(seen) == len(set(seen)) == answer["numberMatched"]


def test_more_than_the_maximum_is_the_maximum(server):
    assert server.json("/embed?limit=5000")["numberReturned"] == 100
    assert server.get("/embed?limit=0").status == 400


@pytest.mark.parametrize("vue, has_map, is_open", [
    (None, True, True), ("carte-liste", True, True), ("carte", True, False),
    ("liste", False, True)])
def test_views(server, vue, has_map, is_open):
    target = "/embed?commune=13056" + (f"&vue={vue}" if vue else "")
    text = server.get(target, HTML).body.decode()
    assert ('id="carte"' in text) == has_map
    assert ("<details" not in text) == is_open
    assert text.count("<li>") == 20, "the list is whole in every view"


def test_the_frame_is_of_the_mainland_if_anything_is(server):
    west, south, east, north = map(float, server.json("/embed?axe=1")["extent"].split(","))
    assert -6 < west < east < 10 and 41 < south < north < 51.5
    west, _, east, _ = map(float, server.json("/embed?departement=974")["extent"].split(","))
    assert 55 < west <= east < 56
    assert "extent" not in server.json("/embed?q=xyzzyxyzzy")


def test_one_initiative(server):
    wanted = server.json("/collections/initiatives/items/5")["properties"]["titre"]
    answer = server.json("/embed?id=5")
    assert [feature["id"] for feature in answer["features"]] == [5]
    assert answer["subject"] == wanted
    assert server.json(f"/map?{answer['filters']}&bbox=-5,41,10,51&zoom=5")["numberMatched"] == 1
    for bad in ("id=x", "id=", "id=5&filter=niveau=5"):
        assert server.get(f"/embed?{bad}").status == 400, bad


def test_the_nearest_first_where_that_is_asked(server):
    answer = server.json("/embed?near=5.05,43.4&radius=5000&limit=5")
    distances = [feature["properties"]["distance_m"] for feature in answer["features"]]
    assert distances == sorted(distances) and len(distances) == 5


def test_unknown_names_are_passed_over_and_bad_values_are_not(server):
    assert server.json("/embed?commune=13056&utm_source=x&fbclid=y")["numberMatched"] \
        == server.json(N_OF_MARTIGUES)["numberMatched"]
    for query, parameter in (("vue=globe", "vue"), ("couleur=red", "couleur"),
                             ("couleur=fff%7D", "couleur"), ("commune=99999", "commune"),
                             ("bbox=1", "bbox")):
        answer = server.get(f"/embed?{query}")
        assert answer.status == 400, query
        assert answer.json()["parameter"] == parameter


def test_what_is_wrong_can_be_read_in_the_frame(server):
    for query in ("vue=globe", "commune=99999", "couleur=red", "limit=0", "cursor=x"):
        page = server.get(f"/embed?{query}", HTML)
        assert page.status == 400, query
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert_strict(page.headers, ancestors=("*",))
        assert "mal réglé" in page.body.decode()
        assert server.get(f"/embed?{query}").json()["detail"].split("'")[0] in page.body.decode()


def test_what_a_reader_may_write_stays_text(server):
    text = server.get("/embed?commune=13056&titre=%3Cscript%3Ealert(1)%3C/script%3E%22", HTML)
    assert b"<script>alert" not in text.body
    assert b"&lt;script&gt;alert" in text.body


def test_any_site_may_frame_it_and_it_alone(server):
    page = server.get("/embed?commune=13056", HTML)
    assert_strict(page.headers, ancestors=("*",))
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "geolocation=()" in page.headers["Permissions-Policy"]
    assert page.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert page.headers["X-Frame-Options"] is None
    assert_strict(server.get("/collections", HTML).headers)


def test_the_sites_that_may_frame_it_can_be_named(store):
    sources = "https://*.example.org https://example.com:8443"
    with serving(store, "--embed-ancestors", sources) as server:
        page = server.get("/embed?commune=13056", HTML)
        assert_strict(page.headers, ancestors=sources.split())
        assert_strict(server.get("/collections", HTML).headers)


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(server):
    page = read_embed(server, "/embed?commune=13056&couleur=fc0")
    assert "style=" not in page and "<style" not in page
    assert re.findall(r"<script[^>]*>(?!</script>)", page) == []
    for address in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert not urllib.parse.urlsplit(address).netloc or address.startswith(server.url), address


def read_embed(server, target):
    answer = server.get(target, HTML)
    assert answer.status == 200
    return answer.body.decode()


@pytest.mark.parametrize("colour, light, dark", [
    ("2464cf", "#2464cf", None),    # dark enough for white paper
    ("%23FC0", None, "#ffcc00"),    # light enough for dark paper
])
def test_colours_can_be_read(server, colour, light, dark):
    answer = server.get(f"/embed.css?couleur={colour}")
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    rules = re.findall(r":root\{--accent:(#\w{6});--on-accent:(#\w{6})\}", answer.body.decode())
    assert len(rules) == 2
    for (accent, on_accent), paper, same in zip(rules, ("#ffffff", "#151c26"), (light, dark)):
        assert same in (None, accent)
        assert contrast(accent, paper) >= 4.5
        assert contrast(accent, on_accent) >= 4.5


def contrast(one, other):
    lights = []
    for colour in (one, other):
        parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        lights.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def test_bad_colours_make_no_style_sheet(server):
    assert server.get("/embed.css?couleur=red").status == 400
    assert server.get("/embed.css?couleur=fff%3B%7D").status == 400
    assert server.get("/embed.css").body == b""


def test_a_list_weighs_little(server):
    packed = {"Accept-Encoding": "br, gzip"}
    page = server.get("/embed?commune=13056&vue=liste", {**HTML, "Accept-Encoding": "gzip"})
    plain = server.get("/embed?commune=13056&vue=liste", HTML).body.decode()
    assets = set(re.findall(r'"\.?/?(assets/[^"]+)"', plain))
    assert any("frame.js" in each for each in assets)
    weight = len(page.body) + sum(len(server.get("/" + each, packed).body) for each in assets)
    assert weight < 40_000


# ---- /embed.js ----

def test_the_script_is_small_and_may_be_used_from_anywhere(server):
    answer = server.get("/embed.js", {"Accept-Encoding": "identity"})
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert len(answer.body) < 3000
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age=3600" in answer.headers["Cache-Control"]
    assert server.get("/embed.js?v=1", {"If-None-Match": answer.headers["ETag"]}).status == 304


# ---- /oembed ----

@pytest.mark.parametrize("path, query", [
    ("/territoires/commune/13056", "commune=13056"),
    ("/territoires/departement/2A", "departement=2A"),
    ("/territoires/region/93", "region=93"),
    ("/initiatives/5", "id=5"),
    ("/collections/initiatives/items/5", "id=5"),
    ("/themes/1a", "enjeu=1a"),
    ("/liste?commune=13056&axe=1&utm_source=x#top", "axe=1&commune=13056"),
    ("/collections/initiatives/items?axe=1&f=html&limit=5", "axe=1&limit=5"),
    ("/embed?commune=13056&vue=liste&couleur=fc0", "commune=13056&couleur=fc0&vue=liste"),
    ("/embed", ""),
])
def test_each_page_has_its_frame(server, path, query):
    answer = oembed(server, path)
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"] == "application/json"
    data = answer.json()
    assert (data["version"], data["type"]) == ("1.0", "rich")
    frame = frame_of(data["html"])
    assert frame["src"] == f"{server.url}/embed" + (f"?{query}" if query else "")
    assert (int(frame["width"]), int(frame["height"])) == (data["width"], data["height"])
    assert frame["title"] == data["title"]
    assert server.get(frame["src"][len(server.url):]).status == 200


def test_titles(server):
    assert oembed(server, "/territoires/commune/13056").json()["title"].startswith("Martigues")
    title = server.json("/collections/initiatives/items/5")["properties"]["titre"]
    assert oembed(server, "/initiatives/5").json()["title"] == title
    named = oembed(server, "/embed?commune=13056&titre=L%27%C3%A9t%C3%A9+%3C3").json()
    assert named["title"] == "L'été <3"
    assert frame_of(named["html"])["title"] == "L'été <3"


def test_xml_says_the_same(server):
    for target in ("/territoires/commune/13056", "/embed?commune=13056&titre=a+%26+%3Cb%3E"):
        answer = oembed(server, target, format="xml")
        assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
        root = xml.fromstring(answer.body)
        assert root.tag == "oembed"
        said = {child.tag: child.text for child in root}
        assert said == {name: str(value)
                        for name, value in oembed(server, target, format="json").json().items()}


def test_sizes_are_at_most_what_is_asked(server):
    whole = oembed(server, "/embed").json()
    small = oembed(server, "/embed", maxwidth=320, maxheight=200).json()
    assert (small["width"], small["height"]) == (320, 200)
    large = oembed(server, "/embed", maxwidth=5000, maxheight=5000).json()
    assert (large["width"], large["height"]) == (whole["width"], whole["height"])
    for bad in ("0", "-1", "x", ""):
        answer = oembed(server, "/embed", maxwidth=bad)
        assert (answer.status, answer.json()["parameter"]) == (400, "maxwidth")


@pytest.mark.parametrize("target", [
    "https://example.org/embed", "/nothing", "/", "/assets/js/app.js", "/initiatives/999999999",
    "/initiatives/x", "/territoires/commune/99999", "/territoires/planete/1", "/themes/9",
    "/embed?bbox=1", "/embed?vue=globe", "/embed?couleur=red",
    "/initiatives/5/6", "/embed?commune=%ff"])
def test_what_cannot_be_embedded_is_not_found(server, target):
    answer = oembed(server, target)
    assert answer.status == 404, answer.body
    assert answer.json()["parameter"] == "url"


def test_a_host_that_begins_like_ours_is_not_ours(server):
    assert oembed(server, server.url + ".example.org/embed").status == 404
    assert oembed(server, server.url + "@example.org/embed").status == 404


def test_formats_and_what_is_missing(server):
    answer = oembed(server, "/embed", format="yaml")
    assert answer.status == 501
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert server.get("/oembed").status == 400
    assert server.get("/oembed").json()["parameter"] == "url"


def test_behind_a_base_url(store):
    with serving(store, "--base-url", "https://atlas.example.org/carte") as server:
        answer = oembed(server, "https://atlas.example.org/carte/territoires/commune/13056")
        frame = frame_of(answer.json()["html"])
        assert frame["src"] == "https://atlas.example.org/carte/embed?commune=13056"
        assert oembed(server, "https://atlas.example.org/embed").status == 404
        assert oembed(server, server.url + "/embed").status == 404


# ---- /integrer ----

def codes(server, query):
    data = server.json(f"/integrer?{query}&f=json")
    return {code["id"]: code["text"] for code in data["codes"]}, data


class Elements(html.parser.HTMLParser):
    """The elements of a piece of HTML: (name, attributes), and their text."""

    def __init__(self, text):
        super().__init__()
        self.found, self.text = [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


AWKWARD = "L'été <b>&\"\\"


@pytest.mark.parametrize("title", [None, AWKWARD])
def test_every_code_makes_the_same_frame(server, title):
    query = "commune=13056&axe=1&vue=liste&couleur=fc0"
    query += "&titre=" + urllib.parse.quote(title) if title else ""
    texts, data = codes(server, query)
    wanted = {"commune": "13056", "axe": "1", "vue": "liste", "couleur": "fc0"}
    if title:
        wanted["titre"] = title
    name, attributes = Elements(texts["script"]).found[0]
    assert name == "script" and attributes.pop("src") == f"{server.url}/embed.js"
    assert attributes.pop("async", "") is None
    assert attributes == {f"data-{key}": value for key, value in wanted.items()}
    element = Elements(texts["element"])
    assert element.found[1] == ("arobase-carte", wanted)
    shown = title or "Martigues\u00a0: initiatives numériques"
    assert element.text.strip() == shown
    name, attributes = Elements(texts["iframe"]).found[0]
    assert (name, attributes["title"]) == ("iframe", shown)
    assert attributes["src"] == texts["address"] == element.found[2][1]["href"]
    address = urllib.parse.urlsplit(texts["address"])
    assert dict(urllib.parse.parse_qsl(address.query)) == wanted
    assert data["frame"] == f"embed?{address.query}"
    assert server.get(f"/embed?{address.query}").status == 200
    quoted = re.search(r"return '(.*)';", texts["tarteaucitron"]).group(1)
    assert "\\" not in quoted and "'" not in quoted
    assert Elements(quoted).found == [("iframe", attributes)]


def test_sizes_and_consent_are_in_the_code(server):
    texts, data = codes(server, "commune=13056&hauteur=400&consentement=clic")
    assert 'data-hauteur="400" data-consentement="clic"' in texts["script"]
    assert 'height="400"' in texts["iframe"]
    assert (data["hauteur"], data["by_click"]) == (400, True)


def test_a_script_without_choices_still_makes_a_frame(server):
    texts, data = codes(server, "lieu=&departement=&vue=")
    assert 'data-vue="carte-liste"' in texts["script"]
    assert data["frame"] == "embed"


@pytest.mark.parametrize("place, query", [
    ("Martigues", "commune=13056"), ("martigues (13056)", "commune=13056"),
    ("13056", "commune=13056"), ("2a004", "commune=2A004"), ("200054807", "epci=200054807"),
    ("saint etienne", "commune=42218")])
def test_places_by_name_or_code(server, place, query):
    _, data = codes(server, "lieu=" + urllib.parse.quote(place))
    assert data["frame"] == f"embed?{query}"
    assert "wrong" not in data and "nothing_found" not in data


def test_places_that_are_none(server):
    _, data = codes(server, "lieu=xyzzy")
    assert data["nothing_found"] and data["frame"] == "embed" and data["lieu"] == "xyzzy"
    others = [each["value"] for each in codes(server, "lieu=Saint-Denis")[1]["others"]]
    assert "93066" in others


@pytest.mark.parametrize("query, word", [
    ("commune=99999", "99999"), ("hauteur=5", "hauteur"), ("couleur=red", "couleur"),
    ("vue=globe", "vue")])
def test_what_does_not_fit_is_told_in_the_form(server, query, word):
    _, data = codes(server, query)
    assert word in data["wrong"]
    page = server.get(f"/integrer?{query}", HTML)
    assert page.status == 200
    assert word in re.search(r'id="faute"[^>]*>(.*?)</p>', page.body.decode()).group(1)
    assert 'src="./embed' not in page.body.decode()


def test_the_form_keeps_what_is_chosen(server):
    text = server.get("/integrer?departement=13&axe=2&vue=carte&titre=Chez+nous", HTML).body.decode()
    for wanted in ('<option value="13" selected>', '<option value="2" selected>',
                   'value="carte" checked', 'value="Chez nous"',
                   'src="./embed?axe=2&amp;departement=13&amp;titre=Chez+nous&amp;vue=carte"'):
        assert wanted in text or wanted.replace("Chez+nous", "Chez%20nous") in text, wanted
    assert_strict(server.get("/integrer", HTML).headers)


# ---- What the heads of pages tell ----

def alternates(server, target):
    text = server.get(target, HTML).body.decode()
    found = [Elements(tag).found[0][1] for tag in re.findall(r'<link rel="alternate"[^>]*>', text)]
    return {each["type"]: each["href"] for each in found if "type" in each}


@pytest.mark.parametrize("target, filters", [
    ("/collections/initiatives/items?commune=13056&limit=2", "?commune=13056"),
    ("/collections/initiatives/items/5", None)])
def test_pages_lead_to_their_frame_and_their_feed(server, target, filters):
    links = alternates(server, target + ("&" if "?" in target else "?") + "f=html")
    for kind, read in (("application/json+oembed", json.loads), ("text/xml+oembed", xml.fromstring)):
        assert links[kind].startswith(f"{server.url}/oembed?url=")
        answer = server.get(links[kind][len(server.url):])
        assert answer.status == 200, answer.body
        read(answer.body)
    if filters:
        assert links["application/atom+xml"] == f"{server.url}/feed.atom{filters}"
        assert server.get(links["application/atom+xml"][len(server.url):]).status == 200
    else:
        assert "application/atom+xml" not in links


def test_other_pages_have_none(server):
    assert not [kind for kind in alternates(server, "/collections?f=html") if "oembed" in kind]
    assert "application/atom+xml" in alternates(server, "/embed?commune=13056")
