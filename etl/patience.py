"""Waiting for a source with patience that ends: one that hangs is left alone, and nothing of it is half loaded."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass
from typing import TypeVar

from etl.sources.incoming import Failure, Incoming
from ioc.errors import ErrorClass, SourceError, TransientSourceError
from ioc.standing import HALTING
from ioc.words import gettext as _

UNREACHED_IN_A_ROW = 3
"""After so many questions without an answer, one after the other, a source is not asked the rest."""
HANDOVER_POLL_S = 0.1

Item = Incoming | Failure
Result = TypeVar("Result")


@dataclass
class Patience:
    """How long a source may still keep us waiting. The time in which its files are merged does not count."""

    whole_s: float
    left_s: float
    is_landing_stuck: bool = False

    @classmethod
    def of(cls, whole_s: float) -> Patience:
        """The whole patience, not yet tried."""
        return cls(whole_s, whole_s)

    def spend(self, wait: Callable[[float], Result]) -> Result:
        """Waits, at most for as long as there is patience left; queue.Empty where there is none."""
        if self.left_s <= 0:
            raise queue.Empty
        started = time.monotonic()
        try:
            return wait(self.left_s)
        finally:
            self.left_s -= time.monotonic() - started

    def wait_for_landing(self, landing: Future[Result]) -> Result:
        """A landing's result; each may take as long as the whole fetch, and one that takes longer ends all patience."""
        try:
            return landing.result(timeout=0 if self.is_landing_stuck else self.whole_s)
        except TimeoutError:
            self.left_s, self.is_landing_stuck = 0, True
            raise _given_up(self.whole_s) from None


def begin(work: Callable[[], Result], turns: threading.Semaphore) -> Future[Result]:
    """Starts something beside us that can be left alone: it does not keep the process from ending."""
    future: Future[Result] = Future()

    def fill() -> None:
        with turns:
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)

    threading.Thread(target=copy_context().run, args=(fill,), daemon=True, name="landing").start()
    return future


def patient_items(items: Iterator[Item], patience: Patience, *, source_id: str) -> Iterator[Item]:
    """The items of a fetch that goes on beside us; where it hangs, a failure instead of the rest."""
    handover = _Handover(source_id)
    threading.Thread(target=copy_context().run, args=(handover.fill, items), daemon=True, name=source_id).start()
    try:
        while (given := patience.spend(handover.take)) is not None:
            yield given
    except queue.Empty:
        yield Failure(source_id, _given_up(patience.whole_s))
    finally:
        handover.leave()


class _Handover:
    """Items on their way from the fetch to us, one at a time."""

    def __init__(self, source_id: str) -> None:
        self._source_id = source_id
        # an item, the fetch's own fault, or None for its end
        self._given: queue.Queue[Item | BaseException | None] = queue.Queue(maxsize=1)
        self._is_left = threading.Event()

    def fill(self, items: Iterator[Item]) -> None:
        """The fetch's side: goes on until the end, or until nobody waits any more."""
        try:
            for item in _until_hopeless(items, source_id=self._source_id):
                if not self._put(item):
                    break
            else:
                self._put(None)
        except BaseException as error:
            self._put(error)
        finally:
            close = getattr(items, "close", None)
            if close is not None:
                close()

    def take(self, timeout_s: float) -> Item | None:
        """Our side: the next item; None at the end, queue.Empty where none comes in time."""
        given = self._given.get(timeout=timeout_s)
        if isinstance(given, BaseException):
            raise given
        return given

    def leave(self) -> None:
        """Nobody waits any more."""
        self._is_left.set()

    def _put(self, given: Item | BaseException | None) -> bool:
        while not self._is_left.is_set():
            try:
                self._given.put(given, timeout=HANDOVER_POLL_S)
            except queue.Full:
                continue
            return True
        return False


def _until_hopeless(items: Iterator[Item], *, source_id: str) -> Iterator[Item]:
    """The items up to a refusal, or to several unanswered questions in a row: a dead server is not asked on and on."""
    unreached = 0
    for item in items:
        yield item
        error_class = item.error.error_class if isinstance(item, Failure) else None
        if error_class in HALTING:
            return
        unreached = unreached + 1 if error_class is ErrorClass.TRANSPORT else 0
        if unreached == UNREACHED_IN_A_ROW:
            message = _("{n} questions in a row had no answer; the rest was not asked")
            yield Failure(source_id, SourceError(ErrorClass.TRANSPORT, message.format(n=unreached)))
            return


def _given_up(whole_s: float) -> SourceError:
    message = _("nothing complete came within {n} seconds; it was given up, the rest comes with the next run")
    return TransientSourceError(ErrorClass.TRANSPORT, message.format(n=int(whole_s)))
