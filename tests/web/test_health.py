"""What machines and curious people ask."""


async def test_the_front_says_what_this_is_in_one_line(door):
    text = await (await door.get("/")).text()

    assert "hub" in text
    assert text.count("\n") == 1


async def test_alive_does_not_depend_on_readiness(door, memory):
    memory.is_ready = False

    assert (await door.get("/healthz")).status == 200
    answer = await door.get("/readyz")
    assert (answer.status, await answer.text()) == (503, "database: no answer\n")


async def test_ready_tells_each_part(door):
    answer = await door.get("/readyz")

    assert (answer.status, await answer.text()) == (200, "database: ok\n")


async def test_an_unknown_page_is_404(door):
    assert (await door.get("/wp-login.php")).status == 404
