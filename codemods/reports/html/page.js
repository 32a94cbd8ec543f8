"use strict";
(() => {
  const steps = [...document.querySelectorAll("article.step")];
  const filters = [...document.querySelectorAll(".filter")];
  const path = document.getElementById("path");
  const shown = document.getElementById("shown");
  let folder = null;

  const dirname = (name) => (name.includes("/") ? name.slice(0, name.lastIndexOf("/")) || "/" : ".");

  function apply() {
    const wanted = new Set(filters.filter((one) => one.ariaPressed === "true").map((one) => one.dataset.verdict));
    const text = path.value.trim().toLowerCase();
    let count = 0;
    for (const step of steps) {
      const name = step.dataset.path;
      const visible =
        wanted.has(step.dataset.verdict) &&
        name.toLowerCase().includes(text) &&
        (folder === null || dirname(name) === folder);
      step.hidden = !visible;
      count += visible;
    }
    const where = folder === null ? "" : ` in ${folder}`;
    shown.textContent = `${count} of ${steps.length} shown${where}`;
  }

  function all() {
    folder = null;
    path.value = "";
    for (const one of filters) one.ariaPressed = "true";
    apply();
  }

  function move(by) {
    const visible = steps.filter((one) => !one.hidden);
    if (visible.length === 0) return;
    const at = visible.indexOf(document.activeElement?.closest("article.step"));
    const next = at < 0 ? (by > 0 ? 0 : visible.length - 1) : Math.min(Math.max(at + by, 0), visible.length - 1);
    visible[next].focus({ preventScroll: true });
    visible[next].scrollIntoView({ block: "start" });
  }

  for (const one of filters) {
    one.addEventListener("click", () => {
      one.ariaPressed = one.ariaPressed === "true" ? "false" : "true";
      apply();
    });
    // A double click leaves this verdict alone on the page.
    one.addEventListener("dblclick", () => {
      for (const other of filters) other.ariaPressed = String(other === one);
      apply();
    });
  }
  for (const one of document.querySelectorAll(".folder")) {
    one.addEventListener("click", () => {
      folder = folder === one.dataset.folder ? null : one.dataset.folder;
      apply();
      document.getElementById("steps").scrollIntoView();
    });
  }
  path.addEventListener("input", apply);

  const dark = matchMedia("(prefers-color-scheme: dark)");
  document.getElementById("theme").addEventListener("click", () => {
    const now = document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
    document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === path) {
      if (event.key === "Escape") path.blur();
      return;
    }
    const actions = { j: () => move(1), k: () => move(-1), "/": () => path.focus(), a: all };
    if (actions[event.key]) {
      event.preventDefault();
      actions[event.key]();
    }
  });
  apply();
})();
