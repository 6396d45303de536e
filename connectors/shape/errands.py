"""All jobs of one connector that are under way in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ..contract import Query, Reply
from ..errors import ConnectorError, NotCached, NotSent
from ..job import Callback, Job
from ..policy.reuse.memory import Names
from ..policy.reuse.reuse import UNSENT
from ..policy.reuse.sharing import shared
from ..words import Billed, ReuseMode, ServedFrom
from .course import Course
from .errand import Errand, Way


class Errands:
    """
    In the place of cache and flight: equal questions have one job, and one submission.

    What is cached is given again; what is open is joined, also by those who
    would rather have it anew; what is neither is opened, but by no one who only
    wants what is there.
    """

    def __init__(
        self, course: Course, key: Callable[[Query], str], kept_as: Callable[[str], Names]
    ) -> None:
        """
        `key` names a question, and `kept_as` the answer to the question of a key.

        A change of version or mapping gives answers another name, and leaves the
        questions theirs: what is under way, or unresolved, is not asked again.
        """
        self._course = course
        self._key = key
        self._kept_as = kept_as
        self._errands: dict[str, Errand] = {}
        self.under_way: set[Errand] = set()
        self._closed = False

    async def ask(self, query: Query) -> Reply:
        """Answer a question; it is a `Call`."""
        key, memory = self._key(query), self._course.memory
        try:
            return await self._asked(key, query)
        except ConnectorError as error:
            if query.standing.reuse is ReuseMode.BYPASS:
                raise
            kept = await memory.find(self._kept_as(key), query)
            if older := memory.instead(kept, query, error):
                return older
            raise

    async def _asked(self, key: str, query: Query) -> Reply:
        mode = query.standing.reuse
        while True:
            if mode is not ReuseMode.BYPASS:
                known = await self._course.memory.known(self._kept_as(key), query)
                if known is not None:
                    return known
            errand = self._errands.get(key)
            if errand is None and mode is not ReuseMode.ONLY_CACHE:
                errand = self._start(key, lambda errand: errand.opened(query))
                return await errand.join(query, buys=True)
            errand = errand or await self._found(key, query)
            try:
                reply = await shared(errand.join(query))
            except UNSENT as error:
                # The time of others ran out, and ours has not.
                if error.billed is not Billed.NO or not errand.cut_short(query):
                    raise
                await errand.over(query)
                continue
            if mode is not ReuseMode.BYPASS or reply.served_from is not ServedFrom.CACHE:
                return reply

    async def known(self, query: Query) -> Reply | None:
        """Give what would be given again, and ask nobody."""
        if query.standing.reuse is ReuseMode.BYPASS:
            return None
        return await self._course.memory.known(self._kept_as(self._key(query)), query)

    def resume(self, job: Job) -> None:
        """Go on with a job that a process opened which is gone."""
        errand = self._errands.get(job.key)
        if errand is None or not errand.inherit(job):
            self._start(job.key, lambda errand: errand.resumed(job))

    def called_back(self, callback: Callback) -> None:
        """Wake the job that a callback is about, if it is under way here."""
        for errand in self._errands.values():
            if errand.job and self._course.correlation(errand.job) == callback.correlation:
                errand.ring(callback)

    async def settled(self) -> None:
        """Wait until no submission is under way."""
        while unsettled := [each for each in self.under_way if not each.settled.is_set()]:
            await unsettled[0].settled.wait()

    async def aclose(self) -> None:
        """
        Let submissions settle, and leave all jobs to the next start.

        None is begun any more, and what has not left is given up: a pause that a
        bureau asked for may be longer than a stop may take.
        """
        self._closed = True
        for errand in self.under_way:
            errand.close()
        await self.settled()
        tasks = [errand.task for errand in self.under_way]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _found(self, key: str, query: Query) -> Errand:
        """Attach to a job that is open, though not here, and open none."""
        job = await self._course.jobs.find(key)
        if key in self._errands:
            return self._errands[key]
        if job is None:
            raise NotCached(query.connector)
        return self._start(key, lambda errand: errand.followed(job))

    def _start(self, key: str, way: Way) -> Errand:
        if self._closed:
            # Nobody would wait for its end, nor keep open what it needs.
            raise NotSent(self._course.connector, "closing")
        errand = Errand(self._course, key, self._kept_as(key), self._forget)
        self._errands[key] = errand
        self.under_way.add(errand)
        errand.start(way)
        errand.task.add_done_callback(lambda _: self.under_way.discard(errand))
        return errand

    def _forget(self, errand: Errand) -> None:
        if self._errands.get(errand.key) is errand:
            del self._errands[errand.key]
