// Keeps the page of one day of handovers for when the connection drops. The page names nobody; nothing else is ever kept here.
"use strict";

const HOME = self.registration.scope;
const FAMILY = `remise ${HOME} `;
const CACHE = `${FAMILY}{{ version }}`;
const FILES = [{% for file in files %}"{{ file|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}].map((file) => new URL(file, HOME).href);
const PATIENCE = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    const page = await fetch(HOME, { redirect: "error", credentials: "same-origin" });
    if (!page.ok) throw new Error(`the page of the day answers ${page.status}`);
    await cache.put(HOME, page);
    await cache.addAll(FILES);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith(FAMILY) && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const address = request.url.split(/[?#]/)[0];
  if (request.mode === "navigate" && address === HOME) event.respondWith(freshElseKept(request));
  else if (FILES.includes(address)) event.respondWith(keptElseFresh(request, address));
});

async function kept(address) {
  return (await caches.open(CACHE)).match(address, { ignoreVary: true });
}

// The server first: it also says when one must sign in again. A connection that hangs is no connection.
async function freshElseKept(request) {
  const page = await kept(HOME);
  if (!page) return fetch(request);
  const late = new Promise((resolve) => { setTimeout(() => resolve(page), PATIENCE); });
  return Promise.race([fetch(request).catch(() => page), late]);
}

async function keptElseFresh(request, address) {
  return (await kept(address)) || fetch(request);
}
