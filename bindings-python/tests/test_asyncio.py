"""The asyncio client: event loops, cancellation, context variables."""

import asyncio
import contextvars
import gc
import time

import pytest

from conftest import KEY
from kakiyo import AsyncKakiyo, Kakiyo


def client(sandbox, **options):
    return AsyncKakiyo(
        sandbox.api_key, base_url=sandbox.base_url, limits="unlimited", retry_delay=0.005, **options
    )


def test_calls_and_pages(sandbox, campaign):
    async def main():
        async with client(sandbox) as kakiyo:
            assert (await kakiyo.verify()).status == "success"
            listed = kakiyo.prospects.list(campaign, page_size=3)
            rows = [chat async for chat in listed]
            assert len({row.id for row in rows}) == 7
            pages = listed.pages()
            assert [len(page) async for page in pages] == [3, 3, 1]
            assert pages.meta.credits == (3, 3)
            assert len(await listed.collect(max_items=4)) == 4
            assert len(await listed.page()) == 3
            assert [prompt.name for prompt in await kakiyo.prompts.list()] == ["Intro"]
            answer = await kakiyo.raw("GET", "/verify")
            assert answer.json()["status"] == "success"
            copy = kakiyo.with_options(timeout=5)
            assert (await copy.verify()).meta.status == 200

    asyncio.run(main())


def test_many_at_once(sandbox):
    async def main():
        async with client(sandbox) as kakiyo:
            results = await asyncio.gather(*(kakiyo.verify() for _ in range(200)))
        assert {result.status for result in results} == {"success"}

    asyncio.run(main())
    assert sandbox.calls() == 200


def test_the_sync_client_works_inside_a_running_loop(sandbox):
    async def main():
        with Kakiyo(sandbox.api_key, base_url=sandbox.base_url) as kakiyo:
            return kakiyo.verify().status

    assert asyncio.run(main()) == "success"


def test_one_client_in_two_loops_one_after_another(sandbox):
    kakiyo = client(sandbox)
    for _ in range(2):
        assert asyncio.run(kakiyo.verify()).status == "success"


def test_cancelling_the_task_closes_the_connection(hanging):
    async def main():
        kakiyo = AsyncKakiyo(KEY, base_url=hanging.base_url)
        task = asyncio.ensure_future(kakiyo.verify())
        await asyncio.to_thread(hanging.asked.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(hanging.left.wait, 2), "the connection is still open"

    asyncio.run(main())


def test_the_sandbox_sees_a_cancelled_call(sandbox):
    sandbox.control("POST", "/_sandbox/faults", {"fault": {"kind": "hang"}})

    async def main():
        async with client(sandbox) as kakiyo:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(kakiyo.verify(), 0.3)

    asyncio.run(main())
    end = time.monotonic() + 5
    while sandbox.counters()["aborted"] == 0:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_cancelled_page_can_be_asked_for_again(sandbox, campaign):
    async def main():
        async with client(sandbox) as kakiyo:
            pages = kakiyo.prospects.list(campaign, page_size=3).pages()
            assert len(await anext(pages)) == 3
            sandbox.control(
                "POST", "/_sandbox/faults", {"when": {"nth": 1}, "fault": {"kind": "hang"}}
            )
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(anext(pages), 0.3)
            assert len(await asyncio.wait_for(anext(pages), 5)) == 3

    asyncio.run(main())


def test_context_variables_stay_with_their_task(sandbox):
    mark = contextvars.ContextVar("mark")

    async def one(kakiyo, number):
        mark.set(number)
        await kakiyo.verify()
        return mark.get() == number

    async def main():
        async with client(sandbox) as kakiyo:
            return await asyncio.gather(*(one(kakiyo, number) for number in range(10)))

    assert all(asyncio.run(main()))


def test_the_queue_keeps_no_context_alive(sandbox):
    class Big:
        pass

    held = []
    mark = contextvars.ContextVar("mark")

    async def main():
        import weakref

        kakiyo = client(sandbox)

        async def first():
            big = Big()
            held.append(weakref.ref(big))
            mark.set(big)
            await kakiyo.verify()

        await asyncio.create_task(first())
        # The loop itself holds the context for one turn more.
        await asyncio.sleep(0)
        gc.collect()
        assert held[0]() is None

    asyncio.run(main())


def test_loops_close_without_warnings(script):
    script(
        """
        import asyncio, gc, os
        from kakiyo import AsyncKakiyo, Sandbox
        def descriptors(): return len(os.listdir("/proc/self/fd")) if os.path.exists("/proc") else 0
        with Sandbox(unlimited=True) as sandbox:
            async def main():
                async with AsyncKakiyo(sandbox.api_key, base_url=sandbox.base_url) as kakiyo:
                    await asyncio.gather(*(kakiyo.verify() for _ in range(10)))
            asyncio.run(main(), debug=True)
            gc.collect()
            before = descriptors()
            for _ in range(5):
                asyncio.run(main())
                gc.collect()
            assert descriptors() <= before + 3, (before, descriptors())
        """,
        runs=1,
    )


def test_a_loop_that_closes_over_a_call_drops_it(script):
    script(
        """
        import asyncio, gc
        from hanging import HangingServer
        from kakiyo import AsyncKakiyo
        with HangingServer() as server:
            async def main():
                kakiyo = AsyncKakiyo("k" * 40, base_url=server.base_url)
                task = asyncio.ensure_future(kakiyo.verify())
                await asyncio.to_thread(server.asked.wait, 10)
            asyncio.run(main())  # cancels the task
            assert server.left.wait(2)
        """,
        runs=1,
    )


def test_what_a_closed_loop_left_under_way_ends_with_the_next_loop(hanging, sandbox):
    async def leave():
        kakiyo = AsyncKakiyo(KEY, base_url=hanging.base_url)
        left = kakiyo._native.start_call("verify", b"", "")
        await asyncio.to_thread(hanging.asked.wait, 10)
        assert not left.done()

    async def after():
        async with client(sandbox) as kakiyo:
            await kakiyo.verify()

    asyncio.run(leave())
    assert not hanging.left.is_set()
    asyncio.run(after())
    assert hanging.left.wait(5)


def test_loops_without_add_reader_work_too(sandbox):
    class Loop(asyncio.SelectorEventLoop):
        def add_reader(self, *_):
            raise NotImplementedError

    async def main():
        async with client(sandbox) as kakiyo:
            return await asyncio.gather(*(kakiyo.verify() for _ in range(20)))

    loop = Loop()
    # The loop's own pipe is watched already; only ours is refused.
    try:
        assert len(loop.run_until_complete(main())) == 20
    finally:
        loop.close()


def test_errors_come_through_the_await(sandbox):
    from kakiyo import InvalidRequestError, NotFoundError

    async def main():
        async with client(sandbox) as kakiyo:
            with pytest.raises(NotFoundError) as found:
                await kakiyo.campaigns.stats("nope")
            assert found.value.operation == "campaigns.stats"
            with pytest.raises(InvalidRequestError):
                await kakiyo.products.create(name="x", description="y")

    asyncio.run(main())
