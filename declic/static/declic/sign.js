// A frame to sign in, with a finger, a pen or the mouse. The drawing goes as a small PNG into the hidden field that the frame
// names. Without this script the frame stays hidden, and the agreement is signed by the name or on paper.
"use strict";

function openFrame(frame) {
  const canvas = frame.querySelector("canvas");
  const field = document.getElementById(frame.dataset.sign) || frame.querySelector("input[type=hidden]");
  const ink = canvas.getContext("2d");
  let last = null;
  ink.lineWidth = 3;
  ink.lineCap = ink.lineJoin = "round";
  ink.strokeStyle = "#1c2430";

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  const draw = (event) => {
    const here = place(event);
    ink.beginPath();
    ink.moveTo(...last);
    ink.lineTo(...here);
    ink.stroke();
    last = here;
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    draw(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (last) draw(event);
  });
  const lift = () => {
    if (!last) return;
    last = null;
    field.value = canvas.toDataURL("image/png");
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  frame.querySelector("[data-sign-again]").addEventListener("click", () => {
    ink.clearRect(0, 0, canvas.width, canvas.height);
    field.value = "";
  });
  // Coming back to a form that was refused: what was drawn is still there.
  if (field.value.startsWith("data:image/png;base64,")) {
    const drawn = new Image();
    drawn.onload = () => ink.drawImage(drawn, 0, 0);
    drawn.src = field.value;
  }
  frame.hidden = false;
}

for (const frame of document.querySelectorAll("[data-sign]")) openFrame(frame);
