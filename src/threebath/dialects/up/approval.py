"""An album's page, where its owner approves and rejects what applications uploaded."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from threebath.core.errors import AlbumNotFound, BadParameter, PhotoNotFound
from threebath.core.library import Album, Photo, PhotoState
from threebath.core.networks.up import PHOTO
from threebath.dialects.base import Services
from threebath.dialects.pages import button, escape, hidden, page
from threebath.dialects.up.objects import NETWORK, album_link, image_url
from threebath.dialects.up.wire import fit_text
from threebath.dialects.visitors import CSRF, Visitor, Visitors, read_form
from threebath.service.ports import PhotoQuery
from threebath.service.sweep import Sweeper

APPROVE, REJECT = "approve", "reject"
MOST_SHOWN = 1_000


@dataclass(frozen=True, slots=True)
class Albums:
    """The pages of albums and photos, for people who are signed in."""

    services: Services
    visitors: Visitors

    async def album(self, request: Request) -> Response:
        """Show an album, or do what its owner chose."""
        visitor = await self.visitors.who(request)
        if visitor is None:
            return self.visitors.ask(request)
        album = await self.services.library.album(request.path_params["number"])
        if album.network != NETWORK:
            raise AlbumNotFound
        if request.method == "POST":
            return await self._decide(request, visitor, album)
        photos = await self.services.library.photos(
            PhotoQuery(network=NETWORK, album_id=album.id, state=None, limit=MOST_SHOWN)
        )
        seen = [one for one in photos if one.state is PhotoState.VISIBLE]
        waiting = [one for one in photos if one.state is PhotoState.PENDING]
        own = visitor.user.id == album.owner_id
        return self._page(visitor, album, waiting if own else [], seen)

    async def _decide(self, request: Request, visitor: Visitor, album: Album) -> Response:
        fields = await read_form(request)
        if visitor.user.id != album.owner_id:
            raise AlbumNotFound
        if not self.visitors.sent_by(visitor, fields):
            raise BadParameter(CSRF, "is not of this page; go back and try again")
        for name, value in fields:
            if name in (APPROVE, REJECT):
                photo = await self._waiting(album, value)
                if photo is not None:
                    await (self._approve if name == APPROVE else self._reject)(photo)
        return RedirectResponse(request.url.path, 303)

    async def _waiting(self, album: Album, number: str) -> Photo | None:
        """Return a photo that waits in *album*; None if it was decided meanwhile."""
        if not (number.isascii() and number.isdecimal() and len(number) <= 10):  # noqa: PLR2004 - ids are below 2**31
            raise PhotoNotFound(number)
        try:
            photo = await self.services.library.photo(int(number))
        except PhotoNotFound:
            return None
        waits = photo.state is PhotoState.PENDING and photo.album_id == album.id
        return photo if waits else None

    async def _approve(self, photo: Photo) -> None:
        await self.services.library.approve(photo.id)

    async def _reject(self, photo: Photo) -> None:
        """Remove a photo and every byte of it, now."""
        await self.services.library.remove(photo.id)
        uploads = self.services.uploads
        sweeper = Sweeper(
            catalog=uploads.catalog,
            registry=self.services.registry,
            blobs=uploads.ingest.blobs,
            clock=self.services.clock,
            observer=self.services.observer,
        )
        await sweeper.remove(photo.asset)

    def _page(
        self,
        visitor: Visitor,
        album: Album,
        waiting: Sequence[Photo],
        seen: Sequence[Photo],
    ) -> Response:
        token = self.visitors.token_for(visitor)
        body = (
            f"<h1>{escape(fit_text(album.title))}</h1>"
            f'<p class="lead">{escape(fit_text(album.description))}</p>'
            f"{self._waiting_part(album, waiting, token)}{self._seen_part(seen)}"
        )
        return page(
            fit_text(album.title),
            body,
            beyond=[self.services.address],
            aside=self.visitors.aside(visitor),
        )

    def _waiting_part(self, album: Album, waiting: Sequence[Photo], token: str) -> str:
        """Show what waits; that others see it is up to the owner alone."""
        if not waiting:
            return ""
        action = escape(
            album_link(self.services, album).removeprefix(self.services.address)
        )
        every = hidden(csrf=token) + "".join(
            hidden(**{APPROVE: str(one.id)}) for one in waiting
        )
        cards = "".join(self._waiting_card(one, action, token) for one in waiting)
        return f"""<section aria-label="Waiting for you">
<div class="bar"><h2>Waiting for you · {len(waiting)}</h2>
<form method="post" action="{action}">{every}
{button("Approve all", look="quiet")}</form></div>
<p class="lead">Applications sent these. Others see what you approve; what you reject is
removed for good.</p>
<ul class="grid">{cards}</ul></section>"""

    def _waiting_card(self, photo: Photo, action: str, token: str) -> str:
        number = str(photo.id)
        return f"""<li class="card" data-photo="{number}">{self._picture(photo)}
<form method="post" action="{action}" class="row">{hidden(csrf=token)}
{button("Approve", name=APPROVE, value=number)}
{button("Reject", name=REJECT, value=number, look="quiet")}</form></li>"""

    def _seen_part(self, seen: Sequence[Photo]) -> str:
        cards = "".join(
            f'<li class="card seen" data-photo="{one.id}">{self._picture(one)}</li>'
            for one in seen
        )
        grid = f'<ul class="grid">{cards}</ul>' if cards else ""
        empty = '<p class="empty">No photos to see here yet.</p>'
        return f"""<section aria-label="In the album">
<div class="bar"><h2>In the album · {len(seen)}</h2></div>{grid or empty}</section>"""

    def _picture(self, photo: Photo) -> str:
        source = escape(image_url(self.services, photo, "n"))
        caption = fit_text(photo.caption)
        said = f"<p>{escape(caption)}</p>" if caption else '<p class="none">No caption</p>'
        return f'<img src="{source}" alt="{escape(caption)}" loading="lazy">{said}'

    async def photo(self, request: Request) -> Response:
        """Show one photo; a pending one to its owner alone."""
        visitor = await self.visitors.who(request)
        if visitor is None:
            return self.visitors.ask(request)
        photo = await self.services.library.photo(request.path_params["number"])
        hidden_from = (
            photo.state is PhotoState.PENDING and photo.owner_id != visitor.user.id
        )
        if photo.kind != PHOTO.name or hidden_from:
            raise PhotoNotFound
        source = escape(image_url(self.services, photo, "n"))
        caption = escape(fit_text(photo.caption))
        body = f'<img class="photo" src="{source}" alt="{caption}"><p>{caption}</p>'
        return page(
            "Photo",
            body,
            beyond=[self.services.address],
            aside=self.visitors.aside(visitor),
        )
