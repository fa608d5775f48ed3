// The back office's two conveniences: tabs, and the settings of a processor as soon as it is chosen. All works without.
"use strict";

for (const form of document.querySelectorAll("[data-tabs]")) {
  const panes = Array.from(form.querySelectorAll("[data-tab]"));
  const list = document.createElement("div");
  list.className = "tabs";
  list.setAttribute("role", "tablist");
  const show = (chosen) => {
    for (const pane of panes) {
      pane.hidden = pane !== chosen;
      document.getElementById(`of-${pane.id}`).setAttribute("aria-selected", String(pane === chosen));
    }
  };
  for (const pane of panes) {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `of-${pane.id}`;
    tab.textContent = pane.dataset.tab;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", pane.id);
    tab.addEventListener("click", () => show(pane));
    pane.setAttribute("role", "tabpanel");
    list.append(tab);
  }
  form.prepend(list);
  form.classList.add("tabbed");
  // A field that may not be empty has to be seen when the browser complains about it.
  form.addEventListener("invalid", (event) => show(event.target.closest("[data-tab]")), true);
  show(panes[0]);
}

const processor = document.getElementById("processor");
processor?.addEventListener("change", async () => {
  const settings = document.getElementById("settings");
  const answer = await fetch(`${processor.dataset.settings}&processor_id=${encodeURIComponent(processor.value)}`);
  const html = answer.ok ? await answer.text() : "";
  if (html) settings.innerHTML = html; // rendered by this shop
  else settings.textContent = settings.dataset.none;
});
