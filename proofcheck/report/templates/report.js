"use strict";
(() => {
  const graph = document.getElementById("graph");
  const nodes = new Map([...graph.querySelectorAll("g.node")].map(g => [g.dataset.id, g]));
  const edges = [...graph.querySelectorAll("path.edge")];
  const told = document.getElementById("told");
  const reach = (start, from, to) => {
    const found = new Set(), stack = [start];
    while (stack.length) {
      const at = stack.pop();
      for (const e of edges) if (e.dataset[from] === at && !found.has(e.dataset[to])) { found.add(e.dataset[to]); stack.push(e.dataset[to]); }
    }
    return found;
  };
  const clear = () => {
    graph.classList.remove("chosen");
    graph.querySelectorAll(".lit, .self").forEach(x => x.classList.remove("lit", "self"));
    told.textContent = "";
  };
  const choose = id => {
    clear();
    const uses = reach(id, "to", "from"), users = reach(id, "from", "to");
    graph.classList.add("chosen");
    for (const k of [id, ...uses, ...users]) nodes.get(k).classList.add("lit");
    nodes.get(id).classList.add("self");
    const inside = (e, set) => (set.has(e.dataset.from) || e.dataset.from === id) && (set.has(e.dataset.to) || e.dataset.to === id);
    for (const e of edges) if (inside(e, uses) || inside(e, users)) e.classList.add("lit");
    const link = document.createElement("a");
    link.href = "#" + id; link.textContent = id;
    told.replaceChildren(link, ` uses ${uses.size} claims and is used by ${users.size}, directly or not.`);
  };
  for (const [id, g] of nodes) g.addEventListener("click", event => {
    event.stopPropagation();
    if (g.classList.contains("self")) location.hash = id; else choose(id);
  });
  graph.addEventListener("click", clear);
  for (const box of document.querySelectorAll(".key input")) box.addEventListener("change", () => {
    const hidden = new Set([...document.querySelectorAll(".key input:not(:checked)")].map(b => b.value));
    for (const g of nodes.values()) g.classList.toggle("off", hidden.has(g.dataset.group));
    for (const e of edges) e.classList.toggle("off", [e.dataset.from, e.dataset.to].some(k => hidden.has(nodes.get(k).dataset.group)));
    for (const s of document.querySelectorAll("section.claim")) s.classList.toggle("off", hidden.has(s.dataset.group));
  });
  const land = () => {
    const at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!at) return;
    for (let up = at; up; up = up.parentElement) { if (up.tagName === "DETAILS") up.open = true; up.classList.remove("off"); }
    at.scrollIntoView();
  };
  addEventListener("hashchange", land);
  land();
})();
