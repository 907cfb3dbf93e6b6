"""Every page, for someone who may open it: accessible, quiet, no wider than a telephone, and the keyboard's way in is seen.

The addresses and the things they show are those of the access matrix, so that a new page is looked at from its first day.
"""

import datetime
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from declic.accounts.enums import PERMISSIONS, Role
from declic.core.dates import now
from declic.orientation.answer_link import sign
from declic.programmes.models import Edition
from tests.e2e.conftest import Clock, Visitor
from tests.factories import DAY, a_world, signed_in
from tests.orientation.access_rows import door, sent
from tests.test_access_matrix import ADDRESSES, ROWS, _permissions

pytestmark = pytest.mark.django_db(transaction=True)

_SHARE = 30
_OF_APP = {
    app: [name for name in ADDRESSES if name.startswith(f"{app}:")]
    for app in {name.partition(":")[0] for name in ADDRESSES}
}
SHARES = [
    pytest.param(names[start : start + _SHARE], id=f"{app} {start // _SHARE + 1}")
    for app, names in sorted(_OF_APP.items())
    if app != "documents"
    for start in range(0, len(names), _SHARE)
]
"""The addresses of each app, in shares that run side by side. Those of `documents` give files."""

FILES = ("/pdf/", "/csv/", "/exporter/")
"""How the addresses end that give a file: slow to make, and nothing to look at here."""

SMALL = {"width": 320, "height": 640}
LARGE = {"width": 1280, "height": 900}

TABS, ALL_THE_WAY = 6, 60
"""How many times Tab is pressed: into what a page is about, or from its top, menu and all."""

# What is focused, whether it is in the window, and whether an outline or a ring around it (or around what holds it) is seen.
FOCUSED = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const drawn = (element, pseudo) => {
    const style = getComputedStyle(element, pseudo);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  };
  let ring = drawn(node) || drawn(node, '::after');
  for (let holder = node.parentElement, up = 0; holder && up < 2 && !ring; holder = holder.parentElement, up++)
    ring = (holder.matches(':focus-within') && drawn(holder));
  const box = node.getBoundingClientRect();
  return {
    name: `${node.tagName.toLowerCase()}${node.id ? '#' + node.id : ''} « ${(node.textContent || node.name || '').trim().slice(0, 40)} »`,
    skip: node.matches('.skip'),
    above: Boolean(node.closest('header.top')),
    seen: ring && box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight,
  };
}"""
# A field drawn twice loses what was typed in the first one.
TWICE = """() => {
  const ids = [...document.querySelectorAll('[id]')].map(node => node.id);
  return [...new Set(ids.filter((id, place) => ids.indexOf(id) !== place))];
}"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def _who(name: str, world: SimpleNamespace) -> tuple[Role, str] | None:
    """The first role, the coordinator before all, whose page `name` answers; with its address."""
    factory, opens = ROWS[name]
    address = reverse(name, kwargs=factory(world))
    if address.endswith(FILES):
        return None
    permissions = _permissions(opens)
    for role in (Role.COORDINATOR, *(role for role in Role if role != Role.COORDINATOR)):
        if permissions is None or PERMISSIONS[role] & permissions:
            answer = signed_in(world.users[role]).get(address)
            html = answer.headers.get("Content-Type", "").startswith("text/html")
            if answer.status_code == 200 and html and "Content-Disposition" not in answer.headers:
                return role, address
    return None


def _enter(visitor: Visitor, client: Client) -> None:
    """Sign in without the form, which other tests fill: the browser takes the session of `client`."""
    cookie = client.cookies["sessionid"].value
    visitor.page.context.clear_cookies()
    visitor.page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": visitor.base}])


def _faults(visitor: Visitor, address: str, status: int = 200) -> list[str]:
    """What is wrong with the page at `address`, which answers with `status`, in words."""
    page, faults = visitor.page, []
    page.set_viewport_size(LARGE)
    try:
        visitor.meets(address, status)
    except AssertionError as fault:
        faults.append(str(fault))
        visitor.complaints.clear()
    if (headings := page.locator("h1").count()) != 1:
        faults.append(f"{headings} h1")
    if not page.title().removesuffix("Déclic").strip(" ·"):
        faults.append("no title of its own")
    if twice := page.evaluate(TWICE):
        faults.append(f"several things are called {', '.join(twice)}")
    faults += _keyboard_faults(visitor)
    page.set_viewport_size(SMALL)
    if (wider := page.evaluate(WIDER)) > 0:
        faults.append(f"{wider} px wider than a small telephone")
    return [f"{address}: {fault}" for fault in faults]


def _keyboard_faults(visitor: Visitor, *, skips: bool = True) -> list[str]:
    """Tab shows the skip link first (paper has none, nor has a page that waits for a scan), which leads past the menu; then only things whose focus is seen."""
    page, faults = visitor.page, []
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); getSelection()?.removeAllRanges(); }")
    # A page made for a scanner takes the focus where labels are read: its Tab goes on from there.
    if page.locator("main.paper, [autofocus]").count() == 0:
        page.keyboard.press("Tab")
        first = page.evaluate(FOCUSED)
        if first is None or not (first["skip"] and first["seen"]):
            faults.append(f"Tab shows {first and first['name']} instead of the skip link")
        elif skips:
            page.keyboard.press("Enter")
    for _press in range(TABS if skips else ALL_THE_WAY):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or focused["skip"]:
            break  # past the last thing of the page
        if not focused["seen"]:
            faults.append(f"the focus is not seen on {focused['name']}")
        if skips and focused["above"]:
            faults.append(f"the skip link does not lead past {focused['name']}")
            break
    return faults


@pytest.mark.parametrize("names", SHARES)
def test_every_page_of_an_app_is_accessible_quiet_and_fits_a_telephone(
    visitor: Visitor, clock: Clock, names: list[str]
) -> None:
    clock.turn(2024, 6, 3)  # the editions of the world take people: their forms are shown, not the sentence instead
    world = a_world()
    for name in names:
        ROWS[name][0](world)  # everything exists before the first look: the lists have something to show
    seen, faults, inside = 0, [], None
    for name in names:
        found = _who(name, world)
        if found is None:
            continue
        role, address = found
        if role != inside:
            _enter(visitor, signed_in(world.users[role]))
            inside = role
        faults += _faults(visitor, address)
        seen += 1
    assert not faults, "\n".join(faults)
    assert seen, f"no page was seen among {names}"


@pytest.mark.parametrize("role", Role)
def test_the_first_page_of_every_role(visitor: Visitor, role: Role) -> None:
    world = a_world()
    _enter(visitor, signed_in(world.users[role]))
    faults = _faults(visitor, "/")
    visitor.page.set_viewport_size(LARGE)
    visitor.page.goto(visitor.base)
    faults += _keyboard_faults(visitor, skips=False)
    assert not faults, "\n".join(faults)


DOORS: dict[str, Callable[[], str]] = {
    "sign in": lambda: reverse("account_login"),
    "lost password": lambda: reverse("account_reset_password"),
}


@pytest.mark.parametrize("door", DOORS)
def test_the_doors_before_signing_in(visitor: Visitor, door: str) -> None:
    faults = _faults(visitor, DOORS[door]())
    assert not faults, "\n".join(faults)


LINKS: dict[str, tuple[Callable[[SimpleNamespace], str], int]] = {
    "refer": (lambda world: reverse("referring:refer", kwargs=door(world)), 200),
    "no edition": (lambda world: _after(world, reverse("referring:refer", kwargs=door(world))), 200),
    "closed": (lambda _world: reverse("referring:refer", args=["recopié à moitié"]), 404),
    "sent": (lambda world: reverse("referring:sent", kwargs=sent(world)), 200),
    "answer": (lambda world: reverse("referring:follow", args=[sign(world.referral, now())]), 200),
    "over": (
        lambda world: reverse("referring:follow", args=[sign(world.referral, now() - datetime.timedelta(days=9))]),
        410,
    ),
    "invitation over": (lambda _world: reverse("accounts:accept", args=["recopiée-a-moitie"]), 404),
}
"""What someone without an account opens from an email, whatever has become of it since."""


def _after(world: SimpleNamespace, address: str) -> str:
    """The address, now that the edition is over."""
    Edition.objects.filter(pk=world.edition.pk).update(ends_on=DAY)
    return address


@pytest.mark.parametrize("link", LINKS)
def test_the_links_of_those_without_an_account(visitor: Visitor, clock: Clock, link: str) -> None:
    clock.turn(2024, 6, 3)
    address, status = LINKS[link]
    faults = _faults(visitor, address(a_world()), status)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("address", ["account_logout", "account_change_password", "mfa_index", "mfa_activate_totp"])
def test_the_pages_of_ones_own_account(visitor: Visitor, address: str) -> None:
    world = a_world()
    _enter(visitor, signed_in(world.users[Role.COORDINATOR]))
    faults = _faults(visitor, reverse(address))
    assert not faults, "\n".join(faults)
