"""Requests of one connection: bumble's coroutines, with bleak's errors.

bumble cancels what is under way when a link is lost, which looks to a caller as if somebody had
cancelled the caller. And a caller that gives up does not take its request back: the attribute
protocol has one request at a time and no way to withdraw it, so a late answer would be taken for
the next one's. Both are why a request runs in a task of its own.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from bleak.exc import BleakError, BleakGATTProtocolError
from bumble import core
from bumble.att import ATT_Error

T = TypeVar("T")


class Asking:
    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[Any]] = set()
        self._over = False

    async def ask(self, request: Coroutine[Any, Any, T]) -> T:
        """Return what *request* returns.

        Raises:
            BleakGATTProtocolError: the machine refused.
            BleakError: the link was lost, or there was no answer.
        """
        if self._over:
            request.close()
            raise BleakError("not connected")
        task = asyncio.ensure_future(request)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        await asyncio.wait([task])
        if task.cancelled():
            raise BleakError("the link was lost before there was an answer")
        try:
            return task.result()
        except ATT_Error as error:
            raise BleakGATTProtocolError(int(error.error_code)) from error
        except (TimeoutError, core.TimeoutError) as error:
            raise BleakError("there was no answer; disconnect and connect again") from error
        except core.BaseBumbleError as error:
            raise BleakError(str(error) or type(error).__name__) from error

    def end(self) -> None:
        """The link is gone: so is every answer."""
        self._over = True
        for task in list(self._under_way):
            task.cancel()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # taken note of; whoever asked may have gone
