// Reading labels: any scanner types into the box; where the browser reads codes itself, a button opens the camera.
// data-scan="send" sends the form for each label, data-scan="lines" adds a line; anything else fills the box.
"use strict";

const PAUSE = 1200;
let sound = null;

function beep(good) {
  try {
    sound = sound || new AudioContext();
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.frequency.value = good ? 880 : 220;
    volume.gain.value = 0.15;
    tone.connect(volume).connect(sound.destination);
    tone.start();
    tone.stop(sound.currentTime + (good ? 0.09 : 0.3));
  } catch {
    // Without sound, the words still say it.
  }
}

// The page that answers is read and its list takes the place of ours: the camera stays open between two labels.
async function send(input) {
  const form = input.form;
  const list = document.getElementById("scanned");
  const body = new FormData(form);
  input.value = "";
  input.focus();
  try {
    const response = await fetch(form.getAttribute("action") || window.location.href, { method: "POST", body });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("scanned");
    if (!fresh) throw new Error("another page");
    fresh.setAttribute("aria-live", "polite");
    list.replaceWith(fresh);
    const first = fresh.querySelector("li, .row");
    beep(response.ok && !(first && first.querySelector(".chip")));
  } catch {
    window.location.reload();
  }
}

function take(input, text) {
  const label = text.trim();
  if (!label) return;
  if (input.dataset.scan === "lines") {
    const lines = input.value.split("\n").map((line) => line.trim()).filter(Boolean);
    const known = lines.includes(label);
    if (!known) input.value = [...lines, label].join("\n") + "\n";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    beep(!known);
    return;
  }
  input.value = label;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  if (input.dataset.scan === "send" && document.getElementById("scanned")) send(input);
  else beep(true);
}

async function watch(input, button) {
  const open = button.nextElementSibling;
  if (open && open.matches("video")) {
    open.srcObject.getTracks().forEach((track) => track.stop());
    open.remove();
    button.textContent = button.dataset.words;
    return;
  }
  const video = document.createElement("video");
  video.className = "scan-view";
  video.muted = true;
  video.playsInline = true;
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    button.textContent = "La caméra n’est pas disponible : tapez l’étiquette";
    return;
  }
  button.after(video);
  button.textContent = "Fermer la caméra";
  await video.play();
  const reader = new BarcodeDetector();
  let last = "";
  let until = 0;
  const look = async () => {
    if (!video.isConnected) return;
    const [code] = await reader.detect(video).catch(() => []);
    const now = Date.now();
    if (code && (code.rawValue !== last || now > until)) {
      last = code.rawValue;
      take(input, last);
      if (!input.dataset.scan) button.click();
    }
    if (code) until = now + PAUSE;
    setTimeout(look, 150);
  };
  look();
}

for (const input of document.querySelectorAll("[data-scan]")) {
  if (input.dataset.scan === "send" && document.getElementById("scanned")) {
    input.form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (input.value.trim()) send(input);
    });
  }
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn soft";
  button.dataset.words = "Scanner avec la caméra";
  button.textContent = button.dataset.words;
  button.addEventListener("click", () => watch(input, button));
  input.after(button);
}
