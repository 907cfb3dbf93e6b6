// The day of handovers on one device. What is done is first written on the device under a key of its own, then sent; the
// server counts each key once. The list kept here holds a name, a machine and an amount, and is forgotten when the day is over.
"use strict";

const main = document.getElementById("main");
const { ceremony, state: stateAddress, sync: syncAddress, worker, signIn } = main.dataset;
const id = Number(ceremony);
const part = (name) => document.getElementById(name);
const RETRY = 15000;
const KEPT_DAYS = 2;

let list = null; // the day as it was last known
let queue = []; // what was done here and is not yet settled
let link = "loading"; // loading, online, offline, sign-in, closed, unknown or broken
let csrf = "";
let sending = false;
let filter = "";
let chosen = null; // the place being served
let picked = ""; // a free machine scanned before its person

// ------------------------------------------------------------------------------------------------ what the device keeps

function database() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("declic-remises", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("lists", { keyPath: "id" });
      asked.result.createObjectStore("queue", { keyPath: "key" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function kept(store, mode, act) {
  const base = await database();
  try {
    return await new Promise((resolve, reject) => {
      const change = base.transaction(store, mode, { durability: "strict" });
      const asked = act(change.objectStore(store));
      change.oncomplete = () => resolve(asked && asked.result);
      change.onerror = change.onabort = () => reject(change.error);
    });
  } finally {
    base.close();
  }
}

const keepList = () => kept("lists", "readwrite", (store) => store.put(list));
const keepItem = (item) => kept("queue", "readwrite", (store) => store.put(item));
const dropItem = (item) => kept("queue", "readwrite", (store) => store.delete(item.key));

async function readQueue() {
  const all = await kept("queue", "readonly", (store) => store.getAll());
  queue = all.filter((item) => item.ceremony === id).sort((one, other) => one.done_at.localeCompare(other.done_at));
}

// Lists of days gone by leave the device, whichever ceremony is opened.
async function forgetOldLists() {
  const before = new Date(Date.now() - KEPT_DAYS * 86400000).toISOString().slice(0, 10);
  for (const old of await kept("lists", "readonly", (store) => store.getAll())) {
    if (old.on < before && old.id !== id) await kept("lists", "readwrite", (store) => store.delete(old.id));
  }
}

async function forgetDay() {
  list = null;
  await kept("lists", "readwrite", (store) => store.delete(id));
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.getRegistration(location.pathname);
  if (registration && new URL(registration.scope).pathname === location.pathname) await registration.unregister();
  for (const name of await caches.keys()) if (name.startsWith(`remise ${location.origin}${location.pathname} `)) await caches.delete(name);
}

// --------------------------------------------------------------------------------------------------- what the server says

async function ask(address, options) {
  let answer;
  try {
    answer = await fetch(address, { credentials: "same-origin", redirect: "manual", ...options });
  } catch {
    link = "offline";
    return null;
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) {
    link = "sign-in";
    return null;
  }
  link = "online";
  return answer;
}

async function takeState(whole) {
  const answer = await ask(whole ? `${stateAddress}?complet=1` : stateAddress);
  if (!answer) return;
  if (answer.status === 404) {
    // Not, or no longer, for whoever is signed in here.
    link = "unknown";
    await forgetDay();
    return;
  }
  if (!answer.ok) {
    link = "offline";
    return;
  }
  const { csrf: token, ...told } = await answer.json();
  csrf = token;
  if (told.state !== "prepared" && !queue.some((item) => !item.refused)) {
    link = "closed";
    await forgetDay();
    return;
  }
  if (!whole && list) {
    const before = new Map(list.places.map((place) => [place.id, place]));
    told.places = told.places.map((place) => ({ ...before.get(place.id), ...place }));
  }
  list = { ...list, ...told };
  await keepList();
}

const pending = () => queue.filter((item) => !item.refused);

async function deliver(item) {
  const body = new FormData();
  for (const name of ["key", "place", "tag", "means", "amount", "signed_by", "drawing", "done_at"]) body.append(name, item[name]);
  if (item.paper) body.append("paper", "on");
  const post = () => ask(syncAddress, { method: "POST", body, headers: { "X-CSRFToken": csrf } });
  let answer = await post();
  if (answer && answer.status === 403) {
    // Another session since: a new token, once.
    await takeState(false);
    answer = link === "online" ? await post() : null;
    if (answer && answer.status === 403) {
      link = "sign-in";
      return false;
    }
  }
  if (!answer) return false;
  if (answer.status !== 200 && answer.status !== 422) {
    // The server is out of breath, or this account may no longer: nothing is lost, the same key goes again later.
    link = answer.status === 404 ? "sign-in" : "offline";
    return false;
  }
  const told = await answer.json();
  if (told.outcome === "done") {
    await dropItem(item);
    say(told.message);
    const place = list && list.places.find((one) => one.id === item.place);
    if (place) {
      Object.assign(place, { served: true, tag: item.tag });
      delete place.lines;
      await keepList();
    }
  } else {
    item.refused = told.message;
    await keepItem(item);
    say("");
  }
  return true;
}

// One after the other: the first that cannot leave stops the rest.
async function flush() {
  if (sending) return;
  sending = true;
  try {
    await readQueue();
    if (pending().length && !csrf) await takeState(false);
    let sent = false;
    while (csrf && pending().length && (await deliver(pending()[0]))) {
      sent = true;
      await readQueue();
    }
    if (sent && link === "online") await takeState(false);
  } finally {
    sending = false;
  }
  await readQueue();
  show();
}

// ------------------------------------------------------------------------------------------------------ what one sees

const count = (number, one, many) => (number === 1 ? one : many.replace("%", String(number)));
const nameOf = (place) => `${place.first} ${place.last}`;
const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const wordsOf = (place) => upper([place.words, place.price].filter(Boolean).join(" · "));
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function say(words) {
  part("said").textContent = words;
}

function showLink() {
  const waiting = pending().length;
  for (const node of document.querySelectorAll("[data-link]")) node.hidden = node.dataset.link !== link;
  const here = waiting
    ? count(waiting, "1 remise gardée sur cet appareil : elle partira dès que possible.", "% remises gardées sur cet appareil : elles partiront dès que possible.")
    : list ? "Continuez : ce que vous faites sera gardé sur cet appareil." : "";
  for (const node of document.querySelectorAll("[data-count]")) node.textContent = here;
  document.querySelector("[data-link=offline] .calm-title").textContent = waiting
    ? count(waiting, "Hors connexion : 1 remise gardée sur cet appareil", "Hors connexion : % remises gardées sur cet appareil")
    : "Hors connexion";
  part("sign-in").href = `${signIn}?next=${encodeURIComponent(location.pathname)}`;
}

function aRow(name, tag, detail) {
  const row = part("row").content.firstElementChild.cloneNode(true);
  row.querySelector("[data-name]").textContent = name;
  row.querySelector("[data-tag]").textContent = tag ? `· ${tag}` : "";
  if (detail) {
    const words = document.createElement("p");
    words.className = "detail";
    words.textContent = detail;
    row.querySelector(".row-words").append(words);
  }
  row.querySelector(".row-action").replaceChildren();
  return row;
}

function aButton(words, act, label) {
  const button = part("button").content.firstElementChild.cloneNode(true);
  button.querySelector("span").textContent = words;
  if (label) button.setAttribute("aria-label", label);
  button.addEventListener("click", act);
  return button;
}

function fill(name, rows) {
  const section = part(name);
  section.hidden = !rows.length;
  section.querySelector("ul").replaceChildren(...rows);
  let counted = section.querySelector(".count");
  if (!counted) {
    counted = document.createElement("span");
    counted.className = "count";
    section.querySelector("h2").append(counted);
  }
  counted.textContent = String(rows.length);
}

function show() {
  showLink();
  part("day").hidden = !list || chosen !== null;
  part("serve").hidden = chosen === null;
  if (!list) return;
  part("day-words").textContent = [list.name, list.day, list.where].filter(Boolean).join(" · ");
  const kept = new Map(queue.filter((item) => !item.refused).map((item) => [item.place, item]));
  const refused = queue.filter((item) => item.refused);
  const open = list.places.filter((place) => !place.served && !kept.has(place.id));
  const served = list.places.filter((place) => place.served);
  const done = served.length + list.places.filter((place) => !place.served && kept.has(place.id)).length;
  part("served-count").textContent = String(done);
  part("expected-count").textContent = String(list.places.length);
  document.querySelector("#day .meter-part").setAttribute("width", String(list.places.length ? (100 * done) / list.places.length : 0));
  part("common").replaceChildren(...list.stopped.map((words) => {
    const calm = part("calm").content.firstElementChild.cloneNode(true);
    calm.querySelector("[data-words]").textContent = words;
    return calm;
  }));
  const shown = filter ? open.filter((place) => fold(nameOf(place)).includes(fold(filter))) : open;
  part("find-all").hidden = !filter;
  fill("part-waiting", shown.map((place) => {
    const row = aRow(nameOf(place), place.tag, [place.stopped, wordsOf(place)].filter(Boolean).join(" "));
    const action = row.querySelector(".row-action");
    if (place.stopped && place.tag) action.append(part("chip-wait").content.firstElementChild.cloneNode(true));
    else action.append(aButton("Servir", () => serve(place), `Servir ${nameOf(place)}`));
    return row;
  }));
  fill("part-kept", [...kept.values()].map((item) => aRow(item.name, item.tag, new Date(item.done_at).toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" }))));
  fill("part-served", served.map((place) => aRow(nameOf(place), place.tag, "")));
  fill("part-refused", refused.map((item) => {
    const row = aRow(item.name, item.tag, item.refused);
    row.querySelector(".row-action").append(
      aButton("Renvoyer", () => again(item), `Renvoyer la remise de ${item.name}`),
      aButton("Écarter", () => discard(item), `Écarter la remise de ${item.name}`),
    );
    return row;
  }));
}

// The till was closed, a machine was not ready…: once that is settled the same handover goes under a new key.
async function again(item) {
  await dropItem(item);
  await keepItem({ ...item, key: crypto.randomUUID(), refused: "" });
  await flush();
}

async function discard(item) {
  if (!window.confirm(`Écarter la remise de ${item.name} faite sur cet appareil ? Elle ne sera pas enregistrée.`)) return;
  await dropItem(item);
  await readQueue();
  show();
}

// -------------------------------------------------------------------------------------------------- serving one person

function find(text) {
  const wanted = text.trim();
  filter = "";
  picked = "";
  if (!wanted || !list) return show();
  const same = (tag) => tag && tag.toLowerCase() === wanted.toLowerCase();
  const taken = new Set(queue.map((item) => item.place));
  const owner = list.places.find((place) => same(place.tag));
  if (owner) {
    if (owner.served || taken.has(owner.id)) say(`${nameOf(owner)} a déjà reçu ${owner.tag}.`);
    else if (owner.stopped) say(`${nameOf(owner)} : ${owner.stopped}`);
    else return serve(owner);
    return show();
  }
  const spare = (list.spare || []).find((one) => same(one.tag));
  if (spare) {
    picked = spare.tag;
    say(`${spare.tag} est libre. Choisissez maintenant la personne.`);
    return show();
  }
  const named = list.places.filter((place) => !place.served && !taken.has(place.id) && fold(nameOf(place)).includes(fold(wanted)));
  if (named.length === 1 && !(named[0].stopped && named[0].tag)) return serve(named[0]);
  if (named.length) filter = wanted;
  say(named.length ? "" : `Ni étiquette ni nom ne correspond à « ${wanted} » dans la liste du jour.`);
  return show();
}

function serve(place) {
  chosen = place;
  say("");
  part("serve-form").reset();
  document.querySelector("#serve [data-sign-again]").click();
  part("serve-error").hidden = true;
  part("serve-name").textContent = nameOf(place);
  part("serve-words").textContent = wordsOf(place);
  part("tag").value = place.tag || picked;
  part("signed_by").value = nameOf(place);
  const means = part("serve-money");
  means.hidden = !place.amount;
  means.querySelector("legend").textContent = `Paiement de ${place.price}`;
  for (const old of means.querySelectorAll(".choice")) old.remove();
  for (const [number, [value, words]] of (place.amount ? list.means[place.mode] : []).entries()) {
    const choice = part("means").content.firstElementChild.cloneNode(true);
    const input = choice.querySelector("input");
    const label = choice.querySelector("label");
    input.id = label.htmlFor = `means-${value}`;
    input.value = value;
    input.checked = number === 0;
    label.textContent = upper(words);
    means.append(choice);
  }
  showText();
  show();
  part("serve-name").focus();
  window.scrollTo(0, 0);
}

// The agreement with the line of the machine that is really given.
function showText() {
  const tag = part("tag").value.trim().toLowerCase();
  const spare = (list.spare || []).find((one) => one.tag.toLowerCase() === tag);
  const lines = [...(chosen.lines || [])];
  if (spare && lines.length) lines[chosen.machine_at] = spare.line;
  part("serve-text").replaceChildren(...lines.slice(1).filter(Boolean).map((line) => {
    const words = document.createElement("p");
    words.textContent = line;
    return words;
  }));
  const machine = part("tag").value.trim().toUpperCase();
  part("serve-go").textContent = `Remettre ${machine}${chosen.amount ? ` et encaisser ${chosen.price}` : ""}`;
}

function wrong(words) {
  part("serve-error").textContent = words;
  part("serve-error").hidden = false;
  part("serve-error").scrollIntoView({ block: "center" });
}

async function handOver() {
  const place = chosen;
  const tag = part("tag").value.trim().toUpperCase();
  const drawing = document.querySelector("#serve [name=drawing]").value;
  const paper = part("paper").checked;
  const signedBy = part("signed_by").value.trim();
  const other = list.places.find((one) => one.tag && one.tag.toUpperCase() === tag && one.id !== place.id && !one.served);
  if (!tag) return wrong("Scannez ou tapez l’étiquette de la machine remise.");
  if (other) return wrong(`${tag} est réservée à ${nameOf(other)} : prenez la bonne machine.`);
  if (!signedBy) return wrong("Écrivez le nom de la personne qui signe la convention.");
  const means = document.querySelector("[name=means]:checked");
  const item = {
    key: crypto.randomUUID(), ceremony: id, place: place.id, name: nameOf(place), tag, amount: place.amount || 0,
    means: means ? means.value : "cash", signed_by: signedBy, paper, drawing: paper ? "" : drawing,
    done_at: new Date().toISOString(), refused: "",
  };
  // A double press finds nobody left to serve.
  chosen = null;
  // Served again after a refusal: the new handover stands for the former one.
  for (const former of queue.filter((one) => one.place === place.id && one.refused)) await dropItem(former);
  await keepItem(item);
  picked = filter = part("q").value = "";
  say("");
  await readQueue();
  show();
  part("q").focus();
  await flush();
}

// ------------------------------------------------------------------------------------------------------------- the day

part("find").addEventListener("submit", (event) => {
  event.preventDefault();
  find(part("q").value);
  part("q").select();
});
// A label read by the camera (scan.js) is looked for at once.
part("q").addEventListener("input", (event) => {
  if (!event.isTrusted) find(part("q").value);
});
part("find-all").addEventListener("click", () => {
  part("q").value = "";
  find("");
});
part("tag").addEventListener("input", showText);
// A scanner ends with Enter: the label is read, the handover waits for its button.
part("tag").addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});
part("serve-back").addEventListener("click", () => {
  chosen = null;
  show();
});
part("serve-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (chosen) handOver();
});
// The connection may be back, or colleagues may have served people meanwhile.
async function wake() {
  if (sending || link === "loading" || link === "closed" || link === "broken") return;
  if (link !== "online" || pending().length) await takeState(false);
  await flush();
}
window.addEventListener("online", wake);
window.addEventListener("offline", () => {
  link = "offline";
  show();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) wake();
});
setInterval(wake, RETRY);

async function begin() {
  showLink();
  await forgetOldLists();
  await readQueue();
  list = (await kept("lists", "readonly", (store) => store.get(id))) || null;
  show();
  await takeState(true);
  if (!list && link === "offline") link = "unknown";
  show();
  await flush();
  if (list && "serviceWorker" in navigator) await navigator.serviceWorker.register(worker, { scope: location.pathname }).catch(() => {});
  main.dataset.ready = "yes";
}

begin().catch(() => {
  // A device that keeps nothing (private browsing) would lose what is done: it is said, and nothing is served here.
  list = null;
  link = "broken";
  show();
});
