// Labels scanned one after the other: the page does not reload, the box is ready for the next one, a sound says how it went.
"use strict";

(() => {
  const place = document.querySelector("[data-scanning]");
  const form = place && place.querySelector("form");
  if (!form) return;
  const box = form.querySelector("[name=tag]");
  const said = form.querySelector("[data-scan-said]");
  const list = document.querySelector("[data-scan-list]");
  const count = document.querySelector("[data-scan-count]");
  const waiting = [];
  let busy = false;
  let sound = null;

  function beep(ok) {
    try {
      sound = sound || new AudioContext();
      const tone = sound.createOscillator();
      tone.frequency.value = ok ? 880 : 220;
      tone.connect(sound.destination);
      tone.start();
      tone.stop(sound.currentTime + (ok ? 0.08 : 0.35));
    } catch {
      // No sound here: the words say it.
    }
  }

  function say(answer) {
    const sentence = document.createElement("span");
    sentence.textContent = answer.sentence;
    said.replaceChildren(sentence);
    said.className = answer.ok ? "say success" : "say error";
    beep(answer.ok);
    if (!answer.ok) return;
    if (count) count.textContent = String(answer.entered);
    const row = document.createElement("li");
    row.className = "row";
    const words = document.createElement("div");
    words.className = "row-words";
    for (const [text, style] of [[answer.tag, ""], [answer.what, "detail"]]) {
      const line = document.createElement("p");
      line.textContent = text;
      line.className = style;
      words.append(line);
    }
    const undo = document.createElement("form");
    undo.method = "post";
    undo.action = answer.undo;
    undo.className = "post";
    undo.append(form.querySelector("[name=csrfmiddlewaretoken]").cloneNode());
    const button = document.createElement("button");
    button.className = "btn soft small";
    button.textContent = list.dataset.undoWords;
    undo.append(button);
    const action = document.createElement("div");
    action.className = "row-action";
    action.append(undo);
    row.append(words, action);
    list.prepend(row);
    while (list.children.length > 12) list.lastElementChild.remove();
  }

  async function next() {
    if (busy || !waiting.length) return;
    busy = true;
    const data = new FormData(form);
    data.set("tag", waiting.shift());
    try {
      const response = await fetch(form.action || window.location.href, {
        method: "POST", body: data, headers: { "X-Requested-With": "scan" },
      });
      if (!response.ok) throw new Error(String(response.status));
      say(await response.json());
    } catch {
      say({ ok: false, sentence: `${data.get("tag")} n’est pas enregistrée : vérifiez la connexion, puis scannez-la de nouveau.` });
    }
    busy = false;
    next();
  }

  // Before the page's own handler, which would lock the form after its first submission.
  form.removeAttribute("data-once");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const tag = box.value.trim();
    box.value = "";
    box.focus();
    if (!tag) return;
    waiting.push(tag);
    next();
  });
  box.focus();
})();
