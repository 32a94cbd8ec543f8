"""The report page in a real browser: Debian's Chromium, driven by Selenium. Where there is none, these tests fail."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from codemods.reports import html
from codemods.run import outcomes
from codemods.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver.remote.webelement import WebElement

pytestmark = pytest.mark.browser

ZERO_LAST = """
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
"""
CANONICAL = """
for x, y in loader:
    optimizer.zero_grad()
    loss_fn(model(x), y).backward()
    optimizer.step()
"""
ACCUMULATION = """
for i, (x, y) in enumerate(loader):
    loss_fn(model(x), y).backward()
    if i % 4 == 3:
        optimizer.step()
        optimizer.zero_grad()
"""
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --window-size=1200,900"
).split()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert chromium, "these tests need Chromium: apt-get install chromium chromium-driver"
    assert driver, "these tests need ChromeDriver: apt-get install chromium chromium-driver"
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with webdriver.Chrome(options, webdriver.ChromeService(driver)) as found:
        yield found


@pytest.fixture
def page(browser: webdriver.Chrome, tmp_path: Path) -> webdriver.Chrome:
    for folder, name, text in (
        ("vision", "last.py", ZERO_LAST),
        ("vision", "first.py", CANONICAL),
        ("text", "sums.py", ACCUMULATION),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(text)
    rendered, problems = html.render(outcomes([str(tmp_path)], Settings()))
    assert not problems
    target = tmp_path / "report.html"
    target.write_text(rendered, encoding="utf-8")
    browser.get(target.as_uri())
    return browser


def visible(page: webdriver.Chrome) -> list[str]:
    steps = page.find_elements(By.CSS_SELECTOR, "article.step")
    return sorted(
        (one.get_attribute("data-path") or "").rpartition("/")[2] for one in steps if one.is_displayed()
    )


def button(page: webdriver.Chrome, verdict: str) -> WebElement:
    return page.find_element(By.CSS_SELECTOR, f"button[data-verdict='{verdict}']")


def test_a_click_on_a_verdict_hides_its_steps_and_shows_them_again(page: webdriver.Chrome) -> None:
    assert visible(page) == ["first.py", "last.py", "sums.py"]
    button(page, "canonical").click()
    assert visible(page) == ["last.py", "sums.py"]
    assert page.find_element(By.ID, "shown").text == "2 of 3 shown"
    button(page, "canonical").click()
    assert visible(page) == ["first.py", "last.py", "sums.py"]


def test_a_click_on_a_folder_shows_its_steps_alone(page: webdriver.Chrome) -> None:
    folders = page.find_elements(By.CSS_SELECTOR, "button.folder")
    next(one for one in folders if one.text.endswith("text")).click()
    assert visible(page) == ["sums.py"]


def test_it_is_used_by_keyboard_alone(page: webdriver.Chrome) -> None:
    page.switch_to.active_element.send_keys("j")
    assert "sums.py" in (page.switch_to.active_element.get_attribute("data-path") or "")
    page.switch_to.active_element.send_keys("j", "j", "k")
    assert "first.py" in (page.switch_to.active_element.get_attribute("data-path") or "")
    page.switch_to.active_element.send_keys("/")
    page.switch_to.active_element.send_keys("vision/l")
    assert visible(page) == ["last.py"]
    page.switch_to.active_element.send_keys(Keys.ESCAPE)
    page.find_element(By.TAG_NAME, "body").send_keys("a")
    assert visible(page) == ["first.py", "last.py", "sums.py"]
    button(page, "zero-last").send_keys(Keys.SPACE)
    assert visible(page) == ["first.py", "sums.py"]


def test_the_button_turns_the_page_dark_and_light(page: webdriver.Chrome) -> None:
    def lightness() -> int:
        colour = page.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
        return sum(int(part) for part in colour.removeprefix("rgba(").removeprefix("rgb(").split(",")[:3])

    before = lightness()
    page.find_element(By.ID, "theme").click()
    assert abs(lightness() - before) > 300


def test_the_lifetime_of_the_gradients_is_drawn_before_and_after(page: webdriver.Chrome) -> None:
    drawn = page.find_elements(By.CSS_SELECTOR, "figure.lifetime svg")
    assert len(drawn) == 2
    for svg in drawn:
        bands = svg.find_elements(By.CSS_SELECTOR, "rect.live")
        assert bands
        assert all(one.size["width"] > 20 for one in bands)
    names = [[one.text for one in svg.find_elements(By.CSS_SELECTOR, "text.name")] for svg in drawn]
    assert names[0] == ["forward", "backward", "step", "zero_grad"]
    assert names[1] == ["zero_grad", "forward", "backward", "step"]


def test_it_asks_the_network_for_nothing_and_logs_no_error(page: webdriver.Chrome) -> None:
    log = page.get_log("browser")  # type: ignore[no-untyped-call]
    assert [one for one in log if one["level"] == "SEVERE"] == []
    requested = page.execute_script("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert requested == []


def test_on_paper_all_steps_are_there_and_the_controls_are_not(page: webdriver.Chrome) -> None:
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not page.find_element(By.CSS_SELECTOR, ".filters").is_displayed()
    assert visible(page) == ["first.py", "last.py", "sums.py"]
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_nothing_is_wider_than_a_small_window(page: webdriver.Chrome) -> None:
    page.set_window_size(600, 900)
    wide = page.execute_script(
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    page.set_window_size(1200, 900)
    assert wide <= 0
