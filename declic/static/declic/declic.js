// Small helps on top of pages that work without it: menu, focus on errors, one submission only, added rows.
"use strict";

const busyWords = "Un instant…";

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-toggles]");
  if (toggle) {
    const target = document.getElementById(toggle.dataset.toggles);
    const open = toggle.getAttribute("aria-expanded") !== "true";
    toggle.setAttribute("aria-expanded", String(open));
    target.toggleAttribute("data-open", open);
  }
  const add = event.target.closest(".formset-add");
  if (add) addRow(add.closest("[data-formset]"));
  const print = event.target.closest("[data-print]");
  if (print) window.print();
});

// An address to copy is chosen whole, with the pointer or the keyboard.
document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-select]")) event.target.select();
});

// A file that the server would refuse is said at once, before minutes of sending it.
document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.dataset.tooLarge || !input.files) return;
  if ([...input.files].some((file) => file.size > Number(input.dataset.most))) {
    window.alert(input.dataset.tooLarge);
    input.value = "";
  }
});

// What stands aside is open where there is room for it, folded on a telephone.
if (window.matchMedia("(min-width: 900px)").matches) {
  for (const aside of document.querySelectorAll("details[data-open-wide]")) aside.open = true;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("[data-toggles][aria-expanded='true']");
  if (open) {
    open.click();
    open.focus();
  }
});

// A form is sent once. The button stays in place and says that it works; coming back to the page frees it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
    event.preventDefault();
    return;
  }
  if (!form.hasAttribute("data-once") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  const button = event.submitter;
  if (!button) return;
  button.setAttribute("aria-disabled", "true");
  form.dataset.timer = String(setTimeout(() => {
    button.classList.add("busy");
    const words = button.querySelector("span");
    if (words) {
      button.dataset.words = words.textContent;
      words.textContent = busyWords;
    }
  }, 400));
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) {
    clearTimeout(Number(form.dataset.timer));
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) {
      button.removeAttribute("aria-disabled");
      button.classList.remove("busy");
      const words = button.querySelector("span");
      if (words && button.dataset.words) words.textContent = button.dataset.words;
    }
  }
});

function addRow(set) {
  const total = set.querySelector(`[name="${set.dataset.formset}-TOTAL_FORMS"]`);
  const number = Number(total.value);
  const most = Number(set.querySelector(`[name="${set.dataset.formset}-MAX_NUM_FORMS"]`).value) || 1000;
  if (number >= most) return;
  const row = set.querySelector("template").content.firstElementChild.cloneNode(true);
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const attribute of [...element.attributes]) {
      if (attribute.value.includes("__prefix__")) {
        element.setAttribute(attribute.name, attribute.value.replaceAll("__prefix__", String(number)));
      }
    }
  }
  row.setAttribute("aria-label", `${row.getAttribute("aria-label")} ${number + 1}`);
  set.querySelector(".formset-rows").append(row);
  total.value = String(number + 1);
  const first = row.querySelector("input:not([type=hidden]), select, textarea");
  if (first) first.focus();
}

function addReveal(input) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "reveal";
  button.textContent = "Afficher le mot de passe";
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.textContent = shown ? "Afficher le mot de passe" : "Cacher le mot de passe";
  });
  input.after(button);
}

function settle(root) {
  for (const input of root.querySelectorAll("input[type=password]")) addReveal(input);
  for (const button of root.querySelectorAll(".formset-add")) button.hidden = false;
  const summary = root.querySelector("[data-focus]");
  if (summary) {
    summary.focus();
    if (!document.title.startsWith("Erreur")) document.title = `Erreur : ${document.title}`;
  }
}

// Whoever stands at the door is signed out: the lists that a day of handovers kept on this device are forgotten. What was done
// and not yet sent stays, or it would be lost.
async function forgetLists() {
  const known = await indexedDB.databases();
  if (!known.some((one) => one.name === "declic-remises")) return;
  const asked = indexedDB.open("declic-remises");
  asked.onsuccess = () => {
    if (asked.result.objectStoreNames.contains("lists")) {
      asked.result.transaction("lists", "readwrite").objectStore("lists").clear();
    }
    asked.result.close();
  };
}

settle(document);
if (document.querySelector(".door-mark") && window.indexedDB && indexedDB.databases) forgetLists();
