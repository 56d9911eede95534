"""Signals, forks, threads and the GIL: what a library with threads of its own can get wrong."""

import sys

import pytest

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
posix = pytest.mark.skipif(sys.platform == "win32", reason="forks and signals of POSIX")


@posix
def test_ctrl_c_ends_a_hanging_call(script):
    script(
        """
        import os, signal, threading, time
        from hanging import HangingServer
        from kakiyo import Kakiyo
        with HangingServer() as server:
            kakiyo = Kakiyo("k" * 40, base_url=server.base_url)
            sent = []
            def interrupt():
                server.asked.wait(10)
                sent.append(time.monotonic())
                os.kill(os.getpid(), signal.SIGINT)
            threading.Thread(target=interrupt).start()
            try:
                kakiyo.verify()
            except KeyboardInterrupt:
                assert time.monotonic() - sent[0] < 1, time.monotonic() - sent[0]
            else:
                raise AssertionError("the call ended by itself")
            assert server.left.wait(1), "the connection is still open"
        """
    )


@posix
def test_any_handler_that_raises_ends_a_call(script):
    script(
        """
        import signal, time
        from hanging import HangingServer
        from kakiyo import Kakiyo
        class Enough(Exception): pass
        def enough(*_): raise Enough
        with HangingServer() as server:
            kakiyo = Kakiyo("k" * 40, base_url=server.base_url)
            signal.signal(signal.SIGALRM, enough)
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            begun = time.monotonic()
            try:
                next(iter(kakiyo.campaigns.list()))
            except Enough:
                assert time.monotonic() - begun < 1.2
            else:
                raise AssertionError
            assert server.left.wait(1)
        """
    )


@posix
def test_a_handler_that_returns_disturbs_nothing(script):
    script(
        """
        import signal
        from kakiyo import Kakiyo, Sandbox
        seen = []
        signal.signal(signal.SIGALRM, lambda *_: seen.append(1))
        with Sandbox() as sandbox:
            slow = {"fault": {"kind": "delay_before", "ms": 300}}
            sandbox.control("POST", "/_sandbox/faults", slow)
            kakiyo = Kakiyo(sandbox.api_key, base_url=sandbox.base_url)
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            assert kakiyo.verify().status == "success"
            assert seen == [1]
        """
    )


@posix
def test_a_forked_child_works(script):
    script(
        """
        import os, warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # 3.12 warns of forks beside threads
        from kakiyo import Kakiyo, Sandbox
        with Sandbox() as sandbox:
            kakiyo = Kakiyo(sandbox.api_key, base_url=sandbox.base_url)
            kakiyo.verify()
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    kakiyo.verify()
                    grandchild = os.fork()
                    if grandchild == 0:
                        kakiyo.verify()
                        os._exit(0)
                    status = os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1])
                finally:
                    os._exit(status)
            kakiyo.verify()
            _, status = os.waitpid(child, 0)
            assert os.waitstatus_to_exitcode(status) == 0, status
            kakiyo.verify()
            assert sandbox.calls() == 5, sandbox.calls()
        """
    )


@posix
def test_children_forked_in_the_middle_of_other_threads_calls_work(script):
    script(
        """
        import os, threading, time, warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        from kakiyo import Kakiyo, Sandbox
        with Sandbox(unlimited=True) as sandbox:
            kakiyo = Kakiyo(sandbox.api_key, base_url=sandbox.base_url, limits="unlimited")
            done = threading.Event()
            def call_on():
                while not done.is_set():
                    kakiyo.verify()
            threads = [threading.Thread(target=call_on) for _ in range(4)]
            for thread in threads:
                thread.start()
            ended = []
            for _ in range(20):
                child = os.fork()
                if child == 0:
                    try:
                        kakiyo.verify()
                    except BaseException:
                        os._exit(1)
                    os._exit(0)
                guard = time.monotonic() + 5
                peek = os.WEXITED | os.WNOHANG | os.WNOWAIT
                while time.monotonic() < guard and not os.waitid(os.P_PID, child, peek):
                    time.sleep(0.002)
                if time.monotonic() >= guard:
                    os.kill(child, 9)
                ended.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            done.set()
            for thread in threads:
                thread.join()
            assert ended == [0] * 20, ended
        """
    )


@posix
def test_asyncio_works_in_a_forked_child(script):
    script(
        """
        import asyncio, os, warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        from kakiyo import AsyncKakiyo, Sandbox
        with Sandbox() as sandbox:
            async def main():
                async with AsyncKakiyo(sandbox.api_key, base_url=sandbox.base_url) as kakiyo:
                    await asyncio.gather(kakiyo.verify(), kakiyo.verify())
            asyncio.run(main())
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    asyncio.run(main())
                    status = 0
                finally:
                    os._exit(status)
            asyncio.run(main())
            _, status = os.waitpid(child, 0)
            assert os.waitstatus_to_exitcode(status) == 0
        """
    )


@posix
def test_a_pool_of_forked_workers(script):
    script(
        """
        import multiprocessing, warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        from kakiyo import Kakiyo, Sandbox
        def work(_):
            return kakiyo.verify().status
        with Sandbox(unlimited=True) as sandbox:
            kakiyo = Kakiyo(sandbox.api_key, base_url=sandbox.base_url)
            kakiyo.verify()
            with multiprocessing.get_context("fork").Pool(2) as pool:
                assert pool.map(work, range(8)) == ["success"] * 8
        """
    )


@linux
def test_nothing_is_started_at_import_or_construction(script):
    script(
        """
        import os, threading
        def natives(): return len(os.listdir("/proc/self/task"))
        before = natives()
        import kakiyo
        from kakiyo import AsyncKakiyo, Kakiyo
        clients = Kakiyo("k" * 40), AsyncKakiyo("k" * 40), Kakiyo("k" * 40).with_options(timeout=1)
        pages = clients[0].prospects.list("c")
        assert natives() == before, natives()
        assert threading.active_count() == 1
        import sys
        assert "asyncio" not in sys.modules, "it costs 40 ms"
        """,
        runs=1,
    )


def test_the_gil_is_free_while_a_call_waits(script):
    script(
        """
        import threading
        from hanging import HangingServer
        from kakiyo import CallTimeoutError, Kakiyo
        with HangingServer() as server:
            kakiyo = Kakiyo("k" * 40, base_url=server.base_url, max_retries=0)
            counted, stop = [0], threading.Event()
            def count():
                while not stop.is_set():
                    counted[0] += 1
            server_asked = []
            def watch():
                server.asked.wait(10)
                begun = counted[0]
                threading.Event().wait(0.2)
                server_asked.append(counted[0] - begun)
            threads = [threading.Thread(target=count), threading.Thread(target=watch)]
            for thread in threads: thread.start()
            try:
                kakiyo.with_options(timeout=0.8).verify()
            except CallTimeoutError:
                pass
            stop.set()
            for thread in threads: thread.join()
            assert server_asked[0] > 1000, server_asked
        """,
        runs=1,
    )


def test_threads_share_a_client(kakiyo, sandbox):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: kakiyo.verify().status, range(40)))
    assert results == ["success"] * 40
    assert sandbox.calls() == 40


def test_the_process_ends_while_a_call_is_under_way(script):
    script(
        """
        import threading
        from hanging import HangingServer
        from kakiyo import Kakiyo
        server = HangingServer()
        kakiyo = Kakiyo("k" * 40, base_url=server.base_url)
        threading.Thread(target=kakiyo.verify, daemon=True).start()
        assert server.asked.wait(10)
        """,
        runs=1,
    )
