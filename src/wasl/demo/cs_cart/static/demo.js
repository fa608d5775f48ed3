// Looks at the order once a second and puts what is new on the board. Without scripts the page renews itself instead.
"use strict";

const LOOK_MS = 1000;
const AWAY_MS = 4000; // after a failed look
const board = document.getElementById("board");
const spoken = document.getElementById("spoken");
let digest = "";

async function look() {
  const answer = await fetch(`/_demo/board${location.search}`, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const told = await answer.json();
  for (const [product, pieces] of Object.entries(told.stock)) {
    const place = document.querySelector(`[data-stock="${product}"]`);
    if (place) place.textContent = String(pieces);
  }
  const count = document.getElementById("cart-count"); // the desk, which has this script too, has no cart
  if (count) count.textContent = String(told.cart);
  if (told.digest !== digest) show(told);
}

function show(told) {
  const known = new Set(Array.from(board.querySelectorAll(".row"), (row) => row.textContent));
  const first = digest === "";
  const before = board.querySelector("#headline")?.textContent ?? "";
  digest = told.digest;
  board.innerHTML = told.html; // rendered and escaped by the shop
  for (const row of board.querySelectorAll(".row")) {
    if (!first && !known.has(row.textContent)) row.classList.add("fresh");
  }
  const story = board.querySelector(".story");
  if (story) story.scrollTop = story.scrollHeight;
  const headline = board.querySelector("#headline")?.textContent ?? "";
  if (headline !== before) spoken.textContent = headline;
}

async function watch() {
  let wait = LOOK_MS;
  try {
    if (!document.hidden) await look();
    board.classList.remove("offline");
  } catch {
    board.classList.add("offline");
    wait = AWAY_MS;
  }
  setTimeout(watch, wait);
}

watch();
