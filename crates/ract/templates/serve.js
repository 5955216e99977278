// The page of `ract serve`: an item is looked for by its title, and what is chosen is the history that is recommended from.

const find = (id) => document.getElementById(id);
const [run, problem, access, token, search, found, has, heading, expected, list] =
  ["run", "problem", "access", "token", "search", "found", "has", "heading", "expected", "list"].map(find);

/** What the person has: items with their ids and titles. It stands in the address, so that a list can be sent on. */
let chosen = [];
let critic = null;
/** The number of the last question of each kind: an older answer that comes late is dropped. */
const asked = { items: 0, list: 0 };

const name = (item) => item.title ?? item.item;
const make = (tag, text, ...inside) => {
  const element = document.createElement(tag);
  element.textContent = text;
  element.append(...inside);
  return element;
};

/** Asks the service. Answers undefined when a later question of the same kind was asked meanwhile. */
async function ask(kind, path, body) {
  const number = ++asked[kind];
  const headers = { "content-type": "application/json" };
  const known = sessionStorage.getItem("token");
  if (known) headers.authorization = `Bearer ${known}`;
  try {
    const response = await fetch(path, body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers });
    const answer = await response.json();
    if (number !== asked[kind]) return undefined;
    access.hidden = response.status !== 401;
    if (!response.ok) throw new Error(answer.error);
    problem.hidden = true;
    return answer;
  } catch (error) {
    if (number === asked[kind]) {
      problem.textContent = error instanceof TypeError ? "The service does not answer." : error.message;
      problem.hidden = false;
    }
    return undefined;
  }
}

async function begin() {
  const health = await ask("list", "health");
  if (!health) return;
  critic = health.critic;
  run.textContent = `${health.recommender} of ${health.run}, ${health.items.toLocaleString("en")} items`;
  const ids = new URLSearchParams(location.hash.slice(1)).getAll("item");
  const items = await Promise.all(ids.map(titled));
  chosen = items.filter(Boolean);
  show();
}

/** The item of that id, with its title. */
async function titled(id) {
  const headers = {};
  const known = sessionStorage.getItem("token");
  if (known) headers.authorization = `Bearer ${known}`;
  const answer = await fetch(`items?top=1000&q=${encodeURIComponent(id)}`, { headers });
  return answer.ok ? (await answer.json()).find((item) => item.item === id) : undefined;
}

/** The history, and what is recommended from it. */
async function show() {
  history.replaceState(null, "", chosen.length ? `#${chosen.map((item) => `item=${encodeURIComponent(item.item)}`).join("&")}` : " ");
  has.replaceChildren(...chosen.map((item) => {
    const remove = make("button", "×");
    remove.setAttribute("aria-label", `Remove ${name(item)}`);
    remove.onclick = () => { chosen = chosen.filter((other) => other !== item); show(); search.focus(); };
    return make("li", name(item), remove);
  }));
  const answer = await ask("list", "recommend", { items: chosen.map((item) => item.item), top: 20, why: true });
  if (!answer) return;
  heading.textContent = answer.popular ? "What is popular" : "For you";
  expected.textContent = answer.expected === undefined || !critic ? "" :
    `Expected ${critic.metric.toUpperCase()}: ${answer.expected.toFixed(2)}. On ${critic.test_users.toLocaleString("en")} test users such `
    + `predictions had a correlation of ${critic.correlation.toFixed(2)} with what was measured.`;
  list.replaceChildren(...answer.items.map((item) => {
    const add = make("button", "I have it");
    add.setAttribute("aria-label", `I have ${name(item)}`);
    add.onclick = () => choose(item);
    const row = make("li", "", make("span", name(item)), add);
    row.firstElementChild.className = "title";
    if (item.because) {
      const why = make("span", `because you have ${name(item.because)}`);
      why.className = "why";
      row.append(why);
    }
    return row;
  }));
}

function choose(item) {
  if (!chosen.some((other) => other.item === item.item)) chosen.push({ item: item.item, title: item.title });
  close();
  search.value = "";
  show();
}

function close() {
  asked.items += 1;
  found.hidden = true;
  search.setAttribute("aria-expanded", "false");
  search.removeAttribute("aria-activedescendant");
}

/** Marks one of the items that were found; the arrow keys go round. */
function mark(step) {
  const all = [...found.children];
  const at = all.findIndex((element) => element.ariaSelected === "true");
  const next = at < 0 && step < 0 ? all.length - 1 : (at + step + all.length) % all.length;
  all.forEach((element, place) => element.setAttribute("aria-selected", String(place === next)));
  all[next]?.scrollIntoView({ block: "nearest" });
  if (all[next]) search.setAttribute("aria-activedescendant", all[next].id);
}

search.oninput = async () => {
  if (!search.value.trim()) return close();
  const items = await ask("items", `items?q=${encodeURIComponent(search.value)}`);
  if (!items) return;
  found.replaceChildren(...items.map((item, place) => {
    const option = make("li", name(item));
    option.id = `found-${place}`;
    option.setAttribute("role", "option");
    // Before the field loses the focus.
    option.onpointerdown = (event) => { event.preventDefault(); choose(item); search.focus(); };
    option.choose = () => choose(item);
    return option;
  }));
  if (!items.length) found.replaceChildren(make("li", "nothing found"));
  found.hidden = false;
  search.setAttribute("aria-expanded", "true");
  if (items.length) mark(1);
};

search.onkeydown = (event) => {
  if (event.key === "Escape") return close();
  if (found.hidden) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) { event.preventDefault(); mark(step); }
  if (event.key === "Enter") {
    event.preventDefault();
    [...found.children].find((element) => element.ariaSelected === "true")?.choose?.();
  }
};
search.onblur = close;

access.onsubmit = (event) => {
  event.preventDefault();
  sessionStorage.setItem("token", token.value);
  begin();
};

begin();
